import type { Connection } from '@postern/wire';
import type { OpenSmtpOptions, Smtp } from './smtp.ts';

/**
 * Waits for the greeting on an open connection and hands out the dialogue.
 */
export declare function openSmtp(connection: Connection, options: OpenSmtpOptions): Promise<Smtp>;
