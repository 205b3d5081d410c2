import type { Lang } from '@postern/probe/report';

/** The words of `postern simulate`, beside those that all commands share. */
export interface SimulateTexts {
  readonly usage: string;
  readonly needsNumber: (option: string, kind: 'whole' | 'any', least: number, most: number) => string;
  readonly tooMuch: string;
}

/** By language. The figures are in English only: they are for the page of a report. */
export const simulateTexts: Readonly<Record<Lang, SimulateTexts>> = {
  en: {
    usage: `postern simulate [options]

  What becomes of a mail provider that tries port 465 where firewalls swallow it: six strategies in virtual time.

  --destinations N   where messages go to; default 100000
  --messages N       default ten for each destination
  --rate N           messages a second; default such that they come within 1000 s
  --silent SHARE     of destinations whose port 465 is silent, 0 to 1; default 0.3
  --refusing SHARE   whose port 465 refuses; default 0.1
  --slow SHARE       whose port 465 answers after --slowness; default 0.05
  --slowness MS      default 1500
  --loss SHARE       of packets lost in each direction, up to 0.9; default 0.01
  --dialogue MS      how long a connection is used; default 1000
  --limit N          descriptors there are; default as many as it takes
  --seed N           default 1; the same seed gives the same result
  --html FILE        write a report with charts
  --json             print the figures as JSON
`,
    needsNumber: (option, kind, least, most) =>
      `${option} takes a ${kind === 'whole' ? 'whole ' : ''}number from ${least} to ${most}.`,
    tooMuch: '--silent, --refusing and --slow are more than 1 together.',
  },
  de: {
    usage: `postern simulate [Optionen]

  Was aus einem Mailanbieter wird, der Port 465 versucht, wo Firewalls ihn verschlucken: sechs Vorgehensweisen in
  virtueller Zeit. Die Zahlen sind auf Englisch beschriftet.

  --destinations N   wie viele Ziele; sonst 100000
  --messages N       wie viele Nachrichten; sonst zehn für jedes Ziel
  --rate N           Nachrichten in der Sekunde; sonst so viele, dass alle in 1000 s kommen
  --silent ANTEIL    der Ziele, deren Port 465 schweigt, 0 bis 1; sonst 0.3
  --refusing ANTEIL  deren Port 465 ablehnt; sonst 0.1
  --slow ANTEIL      deren Port 465 erst nach --slowness antwortet; sonst 0.05
  --slowness MS      sonst 1500
  --loss ANTEIL      der Pakete, die in jeder Richtung verloren gehen, bis 0.9; sonst 0.01
  --dialogue MS      wie lange eine Verbindung gebraucht wird; sonst 1000
  --limit N          wie viele Deskriptoren es gibt; sonst so viele wie nötig
  --seed N           sonst 1; gleiche Zahl, gleiches Ergebnis
  --html DATEI       einen Bericht mit Diagrammen schreiben
  --json             die Zahlen als JSON ausgeben
`,
    needsNumber: (option, kind, least, most) =>
      `${option} braucht eine ${kind === 'whole' ? 'ganze ' : ''}Zahl von ${least} bis ${most}.`,
    tooMuch: '--silent, --refusing und --slow sind zusammen mehr als 1.',
  },
};
