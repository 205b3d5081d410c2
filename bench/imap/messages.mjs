// What the server tells about each message: as much as a mail program asks for to draw a list.

/** @param {string} name */
const person = (name) => `(("${name} Muster" NIL "${name.toLowerCase()}" "example.org"))`;

/** One in four is not ASCII, as in the mail of most of the world. @param {number} number */
const subject = (number) =>
  number % 4 === 0
    ? `=?utf-8?Q?Protokoll_der_Sitzung_${number}=2C_und_was_beschlossen_wurde_=C3=BC?=`
    : `Minutes of the meeting number ${number}, and what was decided there`;

/** @param {number} number @returns {string} one FETCH response of some 970 octets */
function fetchResponse(number) {
  const two = '("Bert Example" NIL "bert" "example.net")("Carla Example" NIL "carla" "example.net")';
  return (
    `* ${number} FETCH (UID ${number + 1000} FLAGS (\\Seen $Forwarded) INTERNALDATE "17-Jul-2025 02:44:25 -0700" ` +
    `RFC822.SIZE ${4000 + number} ENVELOPE ("Thu, 17 Jul 2025 02:44:25 -0700" ` +
    `"${subject(number)}" ${person('Anna')} ${person('Anna')} ` +
    `${person('Anna')} (${two}) ${person('Dora')} NIL "<parent-${number}@example.org>" ` +
    `"<message-${number}.2025@mail.example.org>") BODYSTRUCTURE ((("text" "plain" ("charset" "utf-8") NIL NIL ` +
    `"quoted-printable" 1204 31 NIL NIL NIL NIL)("text" "html" ("charset" "utf-8") NIL NIL "quoted-printable" 4821 77 ` +
    `NIL NIL NIL NIL) "alternative" ("boundary" "b1_${number}") NIL NIL NIL)("application" "pdf" ` +
    `("name" "minutes.pdf") NIL NIL "base64" 71234 NIL ("attachment" ("filename" "minutes.pdf")) NIL NIL) "mixed" ` +
    `("boundary" "b2_${number}") NIL NIL NIL))\r\n`
  );
}

/** @param {number} count @returns {Buffer} */
export function fetchResponses(count) {
  return Buffer.from(
    Array.from({ length: count }, (_, index) => fetchResponse(index + 1)).join(''),
    'latin1',
  );
}
