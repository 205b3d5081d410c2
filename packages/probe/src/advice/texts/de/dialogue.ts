import type { GroupTexts } from '../../text.ts';

const faulty =
  'Der Server verstößt gegen die Regeln des Protokolls, oder ein Gerät auf dem Weg verändert das Gespräch.';
const report = 'Vergleichen Sie aus einem anderen Netz; bleibt es dabei, muss der Betreiber nachsehen.';

/** The conversation itself. */
export const dialogue: GroupTexts<'dialogue'> = {
  'timeout-reply': {
    summary: 'Der Server hat mitten im Gespräch aufgehört zu antworten[ ({waited} gewartet)].',
    cause: 'Er ist überlastet, oder die Verbindung ging unbemerkt verloren.',
    action: 'Versuchen Sie es noch einmal; geschieht es wieder, aus einem anderen Netz.',
  },
  closed: {
    summary: 'Der Server hat mitten im Gespräch aufgelegt.',
    cause: 'Ein überlasteter Server, eine Obergrenze oder ein Gerät dazwischen.',
    action: 'Versuchen Sie es in einigen Minuten noch einmal.',
  },
  reset: {
    summary: 'Die Verbindung wurde mitten im Gespräch gekappt.',
    cause: 'Eine Firewall oder der Server hat sie zurückgesetzt, oder das Netz hat gewechselt.',
    action: 'Versuchen Sie es noch einmal; geschieht es wieder, aus einem anderen Netz.',
  },
  truncated: {
    summary: 'Die verschlüsselte Verbindung endete mitten in einer Antwort, ohne Abschied.',
    cause:
      'Was ankam, kann unvollständig sein. Ein Absturz bewirkt das, und ebenso jemand, der die Verbindung absichtlich trennt.',
    action: 'Die unvollständige Antwort wurde nicht verwendet. Versuchen Sie es noch einmal.',
  },
  'protocol-error': {
    summary: 'Die Antwort des Servers ist unverständlich[: {reply}].',
    cause: faulty,
    action: report,
  },
  'wrong-tag': {
    summary: 'Der Server hat eine Frage beantwortet, die niemand gestellt hat.',
    cause: faulty,
    action: report,
  },
  'bare-lf': {
    summary: 'Der Server beendet seine Zeilen auf unerlaubte Weise.',
    cause:
      'Ein Zeilenvorschub ohne Wagenrücklauf: Nachsichtige Programme nehmen das hin, aber es öffnet untergeschobenen Nachrichten die Tür.',
    action: 'Der Betreiber muss den Server berichtigen oder aktualisieren.',
  },
  'nul-in-reply': {
    summary: 'Die Antwort des Servers enthält ein verbotenes Nullbyte.',
    cause: faulty,
    action: report,
  },
  'line-too-long': {
    summary: 'Der Server hat eine Zeile gesendet, die nicht endet.',
    cause: faulty,
    action: report,
  },
  'reply-too-long': {
    summary: 'Der Server hat mehr gesendet, als in eine Antwort passt.',
    cause: faulty,
    action: report,
  },
  'literal-too-large': {
    summary: 'Der Server hat ein größeres Datenstück angekündigt als erlaubt.',
    cause:
      'Eine sehr große Nachricht oder ein fehlerhafter Server. Die Grenze schützt den Speicher dieses Rechners.',
    action: 'Erhöhen Sie die Grenze, wenn die Nachricht wirklich so groß ist.',
  },
  'too-deep': {
    summary: 'Die Antwort des Servers ist zu tief verschachtelt.',
    cause: 'Eine Nachricht, die Programme überlasten soll, oder ein fehlerhafter Server.',
    action: 'Die Antwort wurde nicht verwendet. Suchen Sie die betreffende Nachricht, und löschen Sie sie.',
  },
  'server-closing': {
    summary: 'Der Server hat sich verabschiedet[: {reply}].',
    cause: 'Wartung, Überlastung, oder es war zu lange nichts los.',
    action: 'Versuchen Sie es in einigen Minuten noch einmal.',
  },
  'argument-refused': {
    summary: 'Die Eingabe würde das Protokoll stören; es wurde nichts gesendet.',
    cause:
      'Sie enthält einen Zeilenumbruch, ein Nullbyte oder ein anderes Zeichen, das dort nicht stehen darf.',
    action: 'Entfernen Sie das Zeichen.',
  },
};
