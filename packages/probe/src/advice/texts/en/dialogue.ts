import type { GroupTexts } from '../../text.ts';

const faulty =
  'The server breaks the rules of the protocol, or a device on the way changes the conversation.';
const report = 'Compare from another network; if it stays, the operator must look into it.';

/** The conversation itself. */
export const dialogue: GroupTexts<'dialogue'> = {
  'timeout-reply': {
    summary: 'The server stopped answering in the middle of the conversation[ ({waited})].',
    cause: 'It is overloaded, or the connection was lost without notice.',
    action: 'Try again; from another network if it happens again.',
  },
  closed: {
    summary: 'The server hung up in the middle of the conversation.',
    cause: 'An overloaded server, a limit, or a device in between.',
    action: 'Try again in some minutes.',
  },
  reset: {
    summary: 'The connection was cut in the middle of the conversation.',
    cause: 'A firewall or the server reset it, or the network changed.',
    action: 'Try again; from another network if it happens again.',
  },
  truncated: {
    summary: 'The encrypted connection ended without a proper goodbye, inside a reply.',
    cause:
      'What came may be incomplete. A crash does this, and so does someone who cuts the connection on purpose.',
    action: 'The incomplete reply was not used. Try again.',
  },
  'protocol-error': {
    summary: 'The server’s answer cannot be understood[: {reply}].',
    cause: faulty,
    action: report,
  },
  'wrong-tag': { summary: 'The server answered a question nobody had asked.', cause: faulty, action: report },
  'bare-lf': {
    summary: 'The server ends its lines in a way that is not allowed.',
    cause:
      'A line feed without a carriage return: lenient programs accept it, but it opens the door to smuggled messages.',
    action: 'The operator must correct or update the server.',
  },
  'nul-in-reply': {
    summary: 'The server’s answer contains a forbidden zero byte.',
    cause: faulty,
    action: report,
  },
  'line-too-long': { summary: 'The server sent a line that never ends.', cause: faulty, action: report },
  'reply-too-long': {
    summary: 'The server sent more than an answer can hold.',
    cause: faulty,
    action: report,
  },
  'literal-too-large': {
    summary: 'The server announced a piece of data larger than allowed.',
    cause: 'A very large message, or a faulty server. The limit protects this computer’s memory.',
    action: 'Raise the limit if the message is really that large.',
  },
  'too-deep': {
    summary: 'The server’s answer is nested too deeply.',
    cause: 'A message built to overload programs, or a faulty server.',
    action: 'The answer was not used. Find and remove the message in question.',
  },
  'server-closing': {
    summary: 'The server said goodbye[: {reply}].',
    cause: 'Maintenance, overload, or too long without activity.',
    action: 'Try again in some minutes.',
  },
  'argument-refused': {
    summary: 'The input would break the protocol; nothing was sent.',
    cause: 'It contains a line break, a zero byte or another character that may not stand there.',
    action: 'Remove the character.',
  },
};
