/**
 * Events of the user alice, by the name of their object. `{+3}` is the day three days from now, as
 * `20261201`.
 */
export const aliceEvents: Readonly<Record<string, string>> = {
  'reading-circle': `BEGIN:VEVENT
UID:reading-circle@example.org
DTSTART;TZID=Europe/Berlin:20250109T193000
DTEND;TZID=Europe/Berlin:20250109T213000
RRULE:FREQ=MONTHLY;BYDAY=2TH
SUMMARY:Reading circle
LOCATION:Town library
CATEGORIES:Leisure
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER:-PT2H
DESCRIPTION:Reading circle
END:VALARM
END:VEVENT`,
  'team-meeting': `BEGIN:VEVENT
UID:team-meeting@example.org
DTSTART;TZID=Europe/Berlin:20250106T093000
DTEND;TZID=Europe/Berlin:20250106T100000
RRULE:FREQ=WEEKLY;BYDAY=MO
SUMMARY:Team meeting
DESCRIPTION:Garden house\\, costs\\, permits
CATEGORIES:Work
END:VEVENT`,
  holiday: `BEGIN:VEVENT
UID:holiday@example.org
DTSTART;VALUE=DATE:{+20}
DTEND;VALUE=DATE:{+27}
SUMMARY:Holiday in Norway 🏔️
TRANSP:TRANSPARENT
CATEGORIES:Travel,Family
END:VEVENT`,
  dentist: `BEGIN:VEVENT
UID:dentist@example.org
DTSTART;TZID=Europe/Berlin:{+2}T081500
DTEND;TZID=Europe/Berlin:{+2}T090000
SUMMARY:Dentist
LOCATION:Dr. Brandt\\, Hauptstraße 3
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER:-PT30M
DESCRIPTION:Dentist
END:VALARM
END:VEVENT`,
  permit: `BEGIN:VEVENT
UID:permit@example.org
DTSTART:{+5}T130000Z
DTEND:{+5}T140000Z
SUMMARY:Call with the city about the building permit
STATUS:TENTATIVE
END:VEVENT`,
}

/** Tasks of the user alice. */
export const aliceTasks: Readonly<Record<string, string>> = {
  offer: `BEGIN:VTODO
UID:offer@example.org
CREATED:{-6}T080000Z
SUMMARY:Send the garden house offer
DUE;TZID=Europe/Berlin:{+4}T170000
PRIORITY:1
PERCENT-COMPLETE:50
STATUS:IN-PROCESS
CATEGORIES:Work
END:VTODO`,
  prices: `BEGIN:VTODO
UID:prices@example.org
CREATED:{-6}T080500Z
SUMMARY:Ask for new timber prices
RELATED-TO:offer@example.org
STATUS:NEEDS-ACTION
END:VTODO`,
  table: `BEGIN:VTODO
UID:table@example.org
CREATED:{-6}T081000Z
SUMMARY:Check the cost table
RELATED-TO:offer@example.org
STATUS:COMPLETED
COMPLETED:{-1}T150000Z
PERCENT-COMPLETE:100
END:VTODO`,
  router: `BEGIN:VTODO
UID:router@example.org
CREATED:{-3}T190000Z
SUMMARY:Replace the router
DESCRIPTION:It stands behind the shelf in the hall.
STATUS:NEEDS-ACTION
END:VTODO`,
}

/** Events of the user bob. */
export const bobEvents: Readonly<Record<string, string>> = {
  running: `BEGIN:VEVENT
UID:running@example.org
DTSTART;TZID=Europe/Berlin:20250107T180000
DTEND;TZID=Europe/Berlin:20250107T190000
RRULE:FREQ=WEEKLY;BYDAY=TU,TH
SUMMARY:Running
END:VEVENT`,
}

/** Tasks of the user bob. */
export const bobTasks: Readonly<Record<string, string>> = {
  chain: `BEGIN:VTODO
UID:chain@example.org
CREATED:{-2}T100000Z
SUMMARY:New chain for the bike
STATUS:NEEDS-ACTION
END:VTODO`,
}

/** Contacts of the user alice; `{photo}` is a small picture. */
export const aliceContacts: Readonly<Record<string, string>> = {
  'jane-doe': `BEGIN:VCARD
VERSION:3.0
UID:jane-doe@example.org
FN:Jane Doe
N:Doe;Jane;;;
EMAIL;TYPE=WORK:jane.doe@example.org
TEL;TYPE=CELL:+49 170 1234567
ORG:Doe Timber;Sales
CATEGORIES:Work,Suppliers
PHOTO;ENCODING=b;TYPE=PNG:{photo}
END:VCARD`,
  'karl-kaefer': `BEGIN:VCARD
VERSION:3.0
UID:karl-kaefer@example.org
FN:Karl Käfer
N:Käfer;Karl;;;
EMAIL;TYPE=HOME:karl@example.org
ADR;TYPE=HOME:;;Lindenweg 7;Lübeck;;23552;Germany
BDAY;X-APPLE-OMIT-YEAR=1604:1604-05-12
CATEGORIES:Family
END:VCARD`,
  'city-office': `BEGIN:VCARD
VERSION:4.0
UID:city-office@example.org
FN:City building office
ORG:City of Lübeck
TEL;TYPE=work:+49 451 115
NOTE:Open Tuesday and Thursday\\, 9 to 12
END:VCARD`,
}

/** Contacts of the user bob. */
export const bobContacts: Readonly<Record<string, string>> = {
  'bike-shop': `BEGIN:VCARD
VERSION:3.0
UID:bike-shop@example.org
FN:Bike shop
TEL;TYPE=WORK:+49 451 998877
BDAY:1990-01-02
END:VCARD`,
}
