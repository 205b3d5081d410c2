/** The message that every mailbox of the lab holds. */
export function welcomeMessage(hostName: string): string {
  return [
    `From: Postern Lab <lab@${hostName}>`,
    'To: you',
    'Date: Tue, 01 Jan 2030 12:00:00 +0000',
    `Message-ID: <welcome@${hostName}>`,
    'Subject: Welcome to the lab',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    `This message came from ${hostName}.`,
    '.',
    'The line above is a single dot: a good client shows it.',
    '',
  ].join('\r\n');
}
