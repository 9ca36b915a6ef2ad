/** Every text of the pages, in German, with the "du" that Nextcloud uses. */
import type { Messages } from './messages.ts'

export const de: Messages = {
  // The frame
  brand: 'KI-Zugriff',
  'title.frame': '{title} – {brand}, {host}',
  'title.problem': 'Problem: {title}',
  account: 'Konto',
  'sign-out': 'Abmelden',
  'to-overview': 'Zurück zur Übersicht',
  cancel: 'Abbrechen',
  'new-tab': 'öffnet sich in einem neuen Tab',
  'unnamed-app': 'eine App ohne Namen',

  // An app asks to be let in
  'consent.title': '{client} mit deiner Nextcloud verbinden?',
  'consent.lead':
    'Die App handelt dann in deinem Namen in {host}, soweit du es hier ankreuzt. Du kannst das jederzeit ändern oder die Verbindung trennen.',
  'consent.name': 'App',
  'consent.name-unchecked': 'So nennt sich die App selbst. Niemand hat das geprüft.',
  'consent.website': 'Website',
  'consent.returns': 'Du kehrst zurück zu',
  'consent.account': 'Dein Konto',
  'consent.host-warning': 'Fahre nur fort, wenn du das gerade selbst bei {redirect} begonnen hast.',
  'consent.loopback': 'einem Programm auf diesem Computer ({redirect})',
  'consent.loopback-title': 'Jedes Programm auf diesem Computer könnte es sein',
  'consent.loopback-warning':
    'Die Anfrage kommt von einem Programm auf diesem Computer, und es lässt sich nicht erkennen, von welchem. Fahre nur fort, wenn du es gerade selbst gestartet hast.',
  'consent.scheme': 'dem Programm für {scheme}-Links',
  'consent.scheme-title': 'Jedes Programm auf diesem Gerät könnte es sein',
  'consent.scheme-warning':
    'Du kommst zu dem Programm auf diesem Gerät, das {scheme}-Links öffnet, welches auch immer das ist. Fahre nur fort, wenn du das gerade selbst begonnen hast.',
  'consent.nextcloud-next': 'Als Nächstes bittet dich deine Nextcloud um Bestätigung.',
  'consent.as-account': 'Die App arbeitet dann im Konto {account}.',
  'decision.continue': 'Weiter in Nextcloud',
  'decision.allow': 'Erlauben',
  'decision.deny': 'Ablehnen',

  // Boxes
  'areas.asked': 'Darum bittet die App',
  'areas.more': 'Mehr erlauben',
  'areas.more-hint': 'Darum hat die App nicht gebeten.',
  'problem.nothing-chosen': 'Nichts ist angekreuzt. Kreuze mindestens ein Kästchen an.',
  'problem.try-again': 'Das hat nicht geklappt. Bitte versuche es noch einmal.',

  // This server asks for people whose apps sign in elsewhere
  'access.title': 'Dürfen deine KI-Apps deine Nextcloud benutzen?',
  'access.lead':
    'Deine KI-Apps sind angemeldet, aber {host} weiß davon noch nichts. Erlaube einmal, was sie dort in deinem Namen tun dürfen. Du kannst das jederzeit ändern oder beenden.',
  'access.lead-known':
    'Erlaube, was sie in {host} in deinem Namen tun dürfen. Du kannst das jederzeit ändern oder beenden.',
  'access.title-one': 'Darf {client} deine Nextcloud benutzen?',
  'access.lead-one':
    'Erlaube, was die App in {host} in deinem Namen tun darf. Du kannst das jederzeit ändern oder die Verbindung trennen.',
  'access.title-background': 'Arbeit während deiner Abwesenheit erlauben?',
  'background.lead':
    'Dieser Server kann dann in {host} arbeiten, während du nicht da bist, zum Beispiel um deinen Suchindex aktuell zu halten. Du kannst das jederzeit beenden.',
  'background.next': 'Danach stellt dein Anmeldedienst sicher, dass du es bist.',
  'access.lead-background':
    'Dieser Server hält dann deinen Suchindex in {host} aktuell, während du weg bist. Erlaube, was er dafür benutzen darf. Du kannst das jederzeit beenden.',
  'access.areas': 'Was dürfen sie tun?',
  'access.areas-one': 'Was ist erlaubt?',
  'access.more': 'Mehr erlauben',
  'access.more-hint': 'Das wird im Moment nicht gebraucht.',
  'access.as-account': 'Sie arbeiten dann im Konto {account}.',
  'access.as-account-one': 'Das gilt dann im Konto {account}.',

  // Changing what an app may do
  'connection.title': 'Was {client} darf',
  'connection.title-any': 'Was deine KI-Apps dürfen',
  'connection.lead': 'Änderungen gelten sofort.',
  'connection.save': 'Speichern',

  // Signing in
  'sign-in.title': 'Anmelden',
  'sign-in.lead':
    'Sieh nach, welche KI-Apps deine Nextcloud ({host}) benutzen dürfen, und ändere, was sie dürfen.',
  'sign-in.lead-link':
    'Deine KI-App hat dich hierher geschickt. Zeige mit der Anmeldung, dass du es bist.',
  'sign-in.nextcloud': 'Mit Nextcloud anmelden',
  'sign-in.nextcloud-hint': 'Dein Passwort gibst du in Nextcloud ein, niemals hier.',
  'sign-in.provider': 'Bei deiner Organisation anmelden',
  'sign-in.provider-hint': 'Dein Passwort gibst du dort ein, wo du es immer tust, niemals hier.',

  // Waiting for Nextcloud
  'waiting.title': 'Bestätige in deiner Nextcloud',
  'waiting.connect': 'Noch ein Schritt, dann ist {client} verbunden.',
  'waiting.sign-in': 'Deine Nextcloud sagt uns, dass du es bist.',
  'waiting.access': 'Noch ein Schritt, dann können deine KI-Apps deine Nextcloud benutzen.',
  'waiting.background': 'Noch ein Schritt, dann geht die Arbeit auch ohne dich weiter.',
  'waiting.step-open': 'Öffne deine Nextcloud und melde dich dort an, falls sie danach fragt.',
  'waiting.step-grant': 'Sie fragt nach {name}. Wähle „Zugriff gewähren“.',
  'waiting.step-return': 'Komm zurück zu diesem Tab. Hier geht es von selbst weiter.',
  'waiting.open': 'Nextcloud öffnen',
  'waiting.waiting': 'Warte auf deine Bestätigung …',
  'waiting.offline': 'Diese Seite erreicht den Server nicht. Sie versucht es weiter …',
  'waiting.done': 'Bestätigt. Es geht weiter …',
  'waiting.done-here': 'Bestätigt. Du kannst diese Seite schließen.',
  'waiting.failed':
    'Das hat nicht geklappt. Geh dorthin zurück, wo du begonnen hast, und beginne neu.',
  'waiting.too-long':
    'Das hat zu lange gedauert. Geh dorthin zurück, wo du begonnen hast, und beginne neu.',
  'waiting.no-script': 'Diese Seite lädt sich alle paar Sekunden neu, bis du bestätigt hast.',

  // What is connected
  'overview.title': 'Deine KI-Apps',
  'overview.connected': 'Verbunden',
  'overview.none': 'Keine App ist verbunden.',
  'overview.none-hint':
    'Beginne in der KI-App: Füge dort diesen Server hinzu, dann bringt sie dich hierher, damit du es erlaubst.',
  'overview.any': 'Alle deine KI-Apps',
  'overview.website': 'Website',
  'overview.redirect': 'Rückkehr zu',
  'overview.may': 'Darf',
  'overview.may-nothing': 'nichts',
  'overview.since': 'Seit',
  'overview.last-used': 'Zuletzt benutzt',
  'overview.never-used': 'noch nicht',
  'overview.change': 'Ändern',
  'overview.change-of': 'was {client} darf',
  'overview.revoke': 'Trennen',
  'background.title': 'Während du weg bist',
  'background.text':
    'Damit hält dieser Server deinen Suchindex aktuell, während du weg bist, und sieht nach, was du sehen darfst, wenn du hier suchst. Sonst tut er damit nichts.',
  'background.off': 'Aus',
  'background.on': 'An',
  'background.on-since': 'An seit {time}',
  'background.unavailable': 'Auf diesem Server nicht verfügbar.',
  'background.turn-on': 'Einschalten',
  'background.turn-off': 'Ausschalten',
  'overview.search-title': 'Suche',
  'overview.search-text':
    'Finde, was in deinen Dokumenten steht, und sieh, wie weit ihr Index ist.',
  'overview.search-link': 'Suche öffnen',
  'overview.log-title': 'Protokoll',
  'overview.log-text': 'Wann Zugriff gewährt, geändert und beendet wurde.',
  'overview.log-link': 'Protokoll öffnen',
  'notice.revoked': 'Getrennt. Die App kann deine Nextcloud nicht mehr benutzen.',
  'notice.background-on': 'Die Arbeit während deiner Abwesenheit ist eingeschaltet.',
  'notice.background-off': 'Die Arbeit während deiner Abwesenheit ist ausgeschaltet.',
  'notice.scopes-saved': 'Gespeichert. Das gilt sofort.',

  // The log
  'log.title': 'Protokoll',
  'log.lead':
    'Wann Zugriff auf deine Nextcloud gewährt, geändert und beendet wurde. Das Neueste steht oben.',
  'log.none': 'Im Protokoll steht nichts.',
  'log.older': 'Ältere Einträge',
  'log.method': '({method})',
  'log.gone': 'eine App, die nicht mehr verbunden ist',
  'log.background': 'für die Arbeit während deiner Abwesenheit',

  // The search page
  'search.title': 'Deine Nextcloud durchsuchen',
  'search.label': 'Was suchst du?',
  'search.go': 'Suchen',
  'search.options': 'Wo und wie',
  'search.where': 'Wo',
  'search.where-hint': 'Nichts angekreuzt heißt überall.',
  'search.how': 'Wie',
  'search.mode.hybrid': 'Nach Bedeutung und Wörtern',
  'search.mode.semantic': 'Nach Bedeutung',
  'search.mode.keyword': 'Nach Wörtern',
  'search.types.note': 'Notizen',
  'search.types.file': 'Dateien',
  'search.types.calendar_event': 'Kalender',
  'search.types.deck_card': 'Deck',
  'search.types.news_item': 'News',
  'search.types.mail_message': 'E-Mail',
  'search.kind.note': 'Notiz',
  'search.kind.file': 'Datei',
  'search.kind.calendar_event': 'Termin',
  'search.kind.deck_card': 'Karte',
  'search.kind.news_item': 'Artikel',
  'search.kind.mail_message': 'E-Mail',
  'search.results': 'Ergebnisse {from} bis {to}',
  'search.nothing': 'Nichts gefunden',
  'search.nothing-hint':
    'Versuche andere Wörter, oder sieh weiter unten nach, ob schon im Index ist, was du suchst.',
  'search.untitled': 'Ohne Titel',
  'search.page': 'Seite {number}',
  'search.pages': 'Weitere Ergebnisse',
  'search.previous': 'Vorige Ergebnisse',
  'search.next': 'Nächste Ergebnisse',
  'search.words-only':
    'Die Suche nach Bedeutung antwortet gerade nicht, deshalb wurde nur nach den Wörtern gesucht.',
  'search.unchecked':
    'Weggelassen, weil deine Nextcloud nicht sagte, ob du sie noch sehen darfst: {count}.',
  'search.not-searched': 'Nicht durchsucht, weil du es nicht erlaubt hast: {what}',
  'search.retried':
    'Was nicht geklappt hat, wird jetzt noch einmal versucht. Das kann etwas dauern.',
  'search.problem.too-long': 'Das ist zu lang für eine Suche. Frag nach weniger.',
  'search.problem.too-many':
    'Zu viele Suchen in kurzer Zeit. Warte eine Minute und versuche es noch einmal.',
  'search.problem.model-down':
    'Die Suche nach Bedeutung antwortet gerade nicht. Suche nach Wörtern, oder versuche es in ein paar Minuten noch einmal.',
  'search.problem.search-down':
    'Die Suche antwortet gerade nicht. Versuche es in ein paar Minuten noch einmal. Wenn es so bleibt, sag denen Bescheid, die diesen Server betreiben.',

  // How far the index is
  'index.title': 'Was gefunden werden kann',
  'index.none': 'Noch kann nichts gefunden werden',
  'index.not-allowed':
    'Für diese Suche muss der Server deine Dokumente lesen und einen Index davon führen. Erlaube ihm die Arbeit während deiner Abwesenheit, dann beginnt er.',
  'index.unavailable':
    'Nichts ist im Index, weil auf diesem Server niemand die Arbeit während der eigenen Abwesenheit erlauben kann. Wer ihn betreibt, kann das ändern.',
  'index.allow': 'Erlauben',
  'index.begins': 'Deine Dokumente werden in ein paar Minuten erfasst.',
  'index.silent': 'Der Index antwortet gerade nicht. Lade die Seite in ein paar Minuten neu.',
  'index.held-up':
    'Gerade kommt nichts Neues in den Index, weil etwas nicht antwortet, das dafür nötig ist. Es geht von selbst weiter.',
  'index.rebuilt': 'Der Index wird neu aufgebaut. Bis dahin wird der alte durchsucht.',
  'index.documents': 'Dokumente',
  'index.waiting': 'Wartend',
  'index.failed': 'Fehlgeschlagen',
  'index.listed': 'Zuletzt nachgesehen',
  'index.never': 'noch nicht',
  'index.why': 'Warum nicht',
  'index.failures': 'Nicht in den Index gekommen: {count}',
  'index.failures-hint': 'Sie bleiben liegen, bis sie sich ändern oder bis du es sagst.',
  'index.more': 'Und {count} weitere.',
  'index.retry': 'Noch einmal versuchen',
  'index.retry-all': 'Alle noch einmal versuchen',

  // Why something is not indexed
  'why.NOT_PROVISIONED': 'Die Arbeit während deiner Abwesenheit ist nicht oder nicht mehr erlaubt.',
  'why.UNAUTHORIZED': 'Deine Nextcloud nimmt den Zugriff nicht mehr an, den du gewährt hast.',
  'why.FORBIDDEN': 'Deine Nextcloud erlaubt es nicht.',
  'why.NOT_FOUND': 'Es war nicht da, als es gelesen werden sollte.',
  'why.RATE_LIMITED': 'Deine Nextcloud bat zu warten. Es geht von selbst weiter.',
  'why.UNREACHABLE': 'Deine Nextcloud, oder was solche Dokumente liest, hat nicht geantwortet.',
  'why.NO_SCOPE': 'Du hast es nicht erlaubt.',
  'why.NO_APP': 'Deine Nextcloud hat diese App nicht.',
  'why.NO_SOURCE': 'Es kommt nicht mehr in den Index.',
  'why.DOUBTFUL': 'Viel weniger war da als vorher. Es wird noch einmal nachgesehen.',
  'why.UNSUPPORTED': 'Dokumente dieser Art können nicht gelesen werden.',
  'why.ENCRYPTED': 'Es braucht ein Passwort.',
  'why.DAMAGED': 'Es ist beschädigt, oder nicht das, was sein Name sagt.',
  'why.TOO_LARGE': 'Es ist zu groß.',
  'why.TIMED_OUT': 'Es zu lesen dauert zu lange.',
  'why.OTHER':
    'Es hat nicht geklappt. Wer diesen Server betreibt, findet mehr in seinem Protokoll.',

  // What went wrong, and what to do
  'request-expired.title': 'Diese Anfrage ist abgelaufen',
  'request-expired.text':
    'Sie war zu lange offen oder wurde schon beantwortet. Geh zurück zu deiner KI-App und verbinde sie neu.',
  'other-browser.title': 'Das wurde in einem anderen Browser begonnen',
  'other-browser.text':
    'Mach in dem Browser weiter, in dem du begonnen hast. Oder geh zurück zu deiner KI-App und verbinde sie neu, alles in diesem Browser.',
  'nextcloud-unreachable.title': 'Deine Nextcloud antwortet nicht',
  'nextcloud-unreachable.text':
    'Versuche es in ein paar Minuten noch einmal. Wenn es so bleibt, sag denen Bescheid, die deine Nextcloud betreiben.',
  'too-many.title': 'Zu viele melden sich gleichzeitig an',
  'too-many.text': 'Nichts wurde geändert. Warte eine Minute und versuche es noch einmal.',
  'other-user.title': 'Das war ein anderes Konto',
  'other-user.text':
    'Nichts wurde geändert. Deine KI-App arbeitet mit einem anderen Konto als dem, mit dem du hier oder dort angemeldet bist. Melde dich bei diesem ab und beginne in deiner KI-App neu.',
  'client-refused.title': 'Diese App darf sich nicht verbinden',
  'client-refused.text':
    'Dieser Server kennt die App nicht oder nimmt ihre Angaben nicht an. Deine Nextcloud wurde nicht berührt. Wenn du die App brauchst, frag die, die diesen Server betreiben.',
  'form-expired.title': 'Diese Seite war zu lange offen',
  'form-expired.text':
    'Nichts wurde geändert. Lade die Seite neu und wiederhole, was du getan hast.',
  'provider-failed.title': 'Die Anmeldung hat nicht geklappt',
  'provider-failed.text':
    'Der Anmeldedienst hat nicht geantwortet, wie er sollte. Warte eine Minute und versuche es noch einmal; wenn es wieder passiert, sag denen Bescheid, die diesen Server betreiben.',
  'no-background.title': 'Der Anmeldedienst gibt keinen dauerhaften Zugriff',
  'no-background.text':
    'Nichts wurde geändert. Wer den Anmeldedienst betreibt, muss diesem Server dauerhaften Zugriff (offline_access) erlauben.',
  'not-found.title': 'Diese Seite gibt es nicht',
  'not-found.text': 'Prüfe die Adresse oder beginne bei der Übersicht.',
  'internal.title': 'Hier ist etwas schiefgegangen',
  'internal.text':
    'Es liegt nicht an dir. Versuche es noch einmal; wenn es wieder passiert, sag denen, die diesen Server betreiben, wann es war.',
  'try-again': 'Noch einmal versuchen',
  reload: 'Neu laden',

  // What is over
  'connected.title': 'Verbunden',
  'connected.text': 'Du kannst diese Seite schließen und zu deiner KI-App zurückkehren.',
  'connected.last-click':
    'Ein letzter Klick bringt dich zurück zu deiner KI-App. Wenn dein Browser fragt, ob er sie öffnen darf, erlaube es.',
  'onward.title': 'Einen Moment',
  'onward.link': 'Weiter',
  'back-to-app': 'Zurück zur App',
  'denied.title': 'Nicht verbunden',
  'denied.text':
    'Die App hat keinen Zugriff auf deine Nextcloud bekommen. Du kannst diese Seite schließen.',
  'cancelled.title': 'Abgebrochen',
  'cancelled.text': 'Nichts wurde geändert. Du kannst diese Seite schließen.',
  'signed-out.title': 'Abgemeldet',
  'signed-out.text': 'Deine KI-Apps bleiben verbunden.',
  'sign-in-again': 'Neu anmelden',

  // Lines of the log
  'event.client_allowed': 'App erlaubt',
  'event.signed_in': 'Angemeldet',
  'event.signed_out': 'Abgemeldet',
  'event.store_app_password': 'Zugriff gewährt',
  'event.update_app_password_scopes': 'Berechtigungen geändert',
  'event.delete_app_password': 'Zugriff beendet',
  'event.store_refresh_token': 'Arbeit während deiner Abwesenheit erlaubt',
  'event.rotate_refresh_token': 'Arbeit während deiner Abwesenheit erneuert',
  'event.delete_refresh_token': 'Arbeit während deiner Abwesenheit beendet',
  'event.background_access_ended': 'Arbeit während deiner Abwesenheit von selbst beendet',
  'event.background_access_revoked': 'Arbeit während deiner Abwesenheit widerrufen',
  'event.store_oauth_client': 'Dieser Server hat sich für die Anmeldung registriert',
  'event.delete_oauth_client': 'Die Registrierung dieses Servers für die Anmeldung wurde beendet',

  // How it came about, where that is worth telling
  'method.login_flow': 'mit Nextcloud',
  'method.provider': 'bei deiner Organisation',
  'method.storage': 'nur hier: die andere Seite hat nicht geantwortet',
  'method.expired': 'die Erlaubnis war abgelaufen',
  'method.refused': 'die Erlaubnis galt nicht mehr',

  // Areas, as the apps are called in Nextcloud
  'area.notes': 'Notizen',
  'area.calendar': 'Kalender',
  'area.todo': 'Aufgaben',
  'area.contacts': 'Kontakte',
  'area.files': 'Dateien',
  'area.sharing': 'Teilen',
  'area.deck': 'Deck',
  'area.tables': 'Tabellen',
  'area.cookbook': 'Kochbuch',
  'area.news': 'News',
  'area.talk': 'Talk',
  'area.collectives': 'Kollektive',
  'area.forms': 'Formulare',
  'area.polls': 'Umfragen',
  'area.notifications': 'Benachrichtigungen',
  'area.status': 'Status',
  'area.mail': 'E-Mail',
  'area.semantic': 'Suche',

  // What an app may do, in one word
  'access.read': 'lesen',
  'access.write': 'ändern',
  'access.send': 'senden',

  // Scopes
  'scope.notes:read': 'Deine Notizen lesen',
  'scope.notes:write': 'Deine Notizen anlegen, ändern und löschen',
  'scope.calendar:read': 'Deine Kalender und Termine sehen',
  'scope.calendar:write': 'Kalender und Termine anlegen, ändern und löschen',
  'scope.todo:read': 'Deine Aufgaben sehen',
  'scope.todo:write': 'Aufgaben anlegen, ändern und löschen',
  'scope.contacts:read': 'Deine Kontakte sehen',
  'scope.contacts:write': 'Kontakte anlegen, ändern und löschen',
  'scope.files:read': 'Deine Dateien sehen und öffnen',
  'scope.files:write': 'Dateien hochladen, ändern, verschieben und löschen',
  'scope.sharing:read': 'Sehen, was mit wem geteilt ist',
  'scope.sharing:write': 'Dinge mit anderen teilen, Freigaben ändern und beenden',
  'scope.deck:read': 'Deine Boards und Karten sehen',
  'scope.deck:write': 'Boards und Karten anlegen, ändern und löschen',
  'scope.tables:read': 'Deine Tabellen sehen',
  'scope.tables:write': 'Tabellen und Zeilen anlegen, ändern und löschen',
  'scope.cookbook:read': 'Deine Rezepte sehen',
  'scope.cookbook:write': 'Rezepte hinzufügen, ändern und löschen',
  'scope.news:read': 'Deine Feeds und Artikel lesen',
  'scope.news:write': 'Feeds hinzufügen und entfernen, Artikel als gelesen markieren',
  'scope.talk:read': 'Deine Unterhaltungen lesen',
  'scope.talk:write': 'In deinem Namen Nachrichten schreiben und Unterhaltungen verwalten',
  'scope.collectives:read': 'Die Seiten deiner Kollektive lesen',
  'scope.collectives:write': 'Kollektive und Seiten anlegen, ändern und löschen',
  'scope.forms:read': 'Formulare und Antworten darauf lesen',
  'scope.forms:write': 'In deinem Namen Formulare beantworten',
  'scope.polls:read': 'Umfragen und Abstimmungen darin lesen',
  'scope.polls:write': 'In deinem Namen in Umfragen abstimmen',
  'scope.notifications:read': 'Deine Benachrichtigungen lesen',
  'scope.notifications:write': 'Deine Benachrichtigungen entfernen',
  'scope.status:read': 'Deinen Status und den anderer sehen',
  'scope.status:write': 'Deinen Status und die Nachricht dazu setzen',
  'scope.mail:read': 'Deine E-Mails lesen',
  'scope.mail:write': 'Deine E-Mails sortieren, markieren und löschen',
  'scope.mail:send': 'E-Mails in deinem Namen senden',
  'scope.semantic:read': 'Nach Bedeutung suchen, in deinen Notizen, Dateien und mehr',
}
