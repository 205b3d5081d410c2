import { utf8 } from '@postern/wire';
import { exchangeTests } from '../../sasl/test/exchange-tests.ts';
import type { SmtpCommand } from './commands.ts';
import { smtpClient } from './machine.ts';

exchangeTests<SmtpCommand>({
  offered: (mechanism) => {
    const client = smtpClient();
    client.start(0);
    client.receive(utf8('220 mx\r\n'), 0);
    client.send({ verb: 'EHLO', domain: 'client.example' }, 0);
    client.receive(utf8(`250-mx\r\n250 AUTH ${mechanism}\r\n`), 0);
    return client;
  },
  begin: (mechanism) => ({ verb: 'AUTH', mechanism }),
  verb: 'AUTH',
  resume: (result) => ({ verb: 'RESUME', result }),
  challenge: '334 ',
  success: { line: '235 ok\r\n', event: { type: 'reply', reply: { code: 235 } } },
  cancelled: { line: '501 cancelled\r\n', event: { type: 'reply', reply: { code: 501 } } },
});
