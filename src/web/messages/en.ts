/** Every text of the pages, in English: short, plain, and saying what to do. */
export const en = {
  // The frame
  brand: 'AI access',
  'title.frame': '{title} – {brand}, {host}',
  'title.problem': 'Problem: {title}',
  account: 'Account',
  'sign-out': 'Sign out',
  'to-overview': 'Back to the overview',
  cancel: 'Cancel',
  'new-tab': 'opens in a new tab',
  'unnamed-app': 'an app without a name',

  // An app asks to be let in
  'consent.title': 'Connect {client} to your Nextcloud?',
  'consent.lead':
    'It will act as you in {host}, within what you tick here. You can change this or disconnect it at any time.',
  'consent.name': 'App',
  'consent.name-unchecked': 'The name that the app gives itself. Nobody has checked it.',
  'consent.website': 'Website',
  'consent.returns': 'You return to',
  'consent.account': 'Your account',
  'consent.host-warning': 'Continue only if you have just started this yourself at {redirect}.',
  'consent.loopback': 'a program on this computer ({redirect})',
  'consent.loopback-title': 'Any program on this computer could be it',
  'consent.loopback-warning':
    'This request comes from a program on this computer, and there is no way to tell which one. Continue only if you have just started it yourself.',
  'consent.scheme': 'the program for {scheme} links',
  'consent.scheme-title': 'Any program on this device could be it',
  'consent.scheme-warning':
    'You will be sent to the program on this device that opens {scheme} links, whichever that is. Continue only if you have just started this yourself.',
  'consent.nextcloud-next': 'Next, your Nextcloud asks you to confirm.',
  'consent.as-account': 'It will work in the account {account}.',
  'decision.continue': 'Continue in Nextcloud',
  'decision.allow': 'Allow',
  'decision.deny': 'Deny',

  // Boxes
  'areas.asked': 'What it asks for',
  'areas.more': 'Allow more',
  'areas.more-hint': 'It did not ask for these.',
  'problem.nothing-chosen': 'Nothing is ticked. Tick at least one box.',
  'problem.try-again': 'That did not work. Please try again.',

  // This server asks for people whose apps sign in elsewhere
  'access.title': 'Let your AI apps use your Nextcloud?',
  'access.lead':
    'Your AI apps are signed in, but {host} does not know about it yet. Allow once what they may do there as you. You can change or end this at any time.',
  'access.lead-known':
    'Allow what they may do in {host} as you. You can change or end this at any time.',
  'access.title-one': 'Let {client} use your Nextcloud?',
  'access.lead-one':
    'Allow what it may do in {host} as you. You can change this or disconnect it at any time.',
  'access.title-background': 'Allow work while you are away?',
  'background.lead':
    'This server can then work in {host} while you are away, such as to keep your search index fresh. You can end this at any time.',
  'background.next': 'Next, your identity provider makes sure that it is you.',
  'access.lead-background':
    'This server then keeps your search index fresh in {host} while you are away. Allow what it may use for that. You can end this at any time.',
  'access.areas': 'What may they do?',
  'access.areas-one': 'What may it do?',
  'access.more': 'Allow more',
  'access.more-hint': 'Not needed at the moment.',
  'access.as-account': 'They will work in the account {account}.',
  'access.as-account-one': 'It will work in the account {account}.',

  // Changing what an app may do
  'connection.title': 'What {client} may do',
  'connection.title-any': 'What your AI apps may do',
  'connection.lead': 'Changes apply at once.',
  'connection.save': 'Save',

  // Signing in
  'sign-in.title': 'Sign in',
  'sign-in.lead': 'See which AI apps may use your Nextcloud ({host}), and change what they may do.',
  'sign-in.lead-link': 'Your AI app sent you here. Sign in, to show that it is you.',
  'sign-in.nextcloud': 'Sign in with Nextcloud',
  'sign-in.nextcloud-hint': 'You enter your password in Nextcloud, never here.',
  'sign-in.provider': 'Sign in with your organisation',
  'sign-in.provider-hint': 'You enter your password where you always do, never here.',

  // Waiting for Nextcloud
  'waiting.title': 'Confirm in your Nextcloud',
  'waiting.connect': 'One more step, and {client} is connected.',
  'waiting.sign-in': 'Your Nextcloud tells us that it is you.',
  'waiting.access': 'One more step, and your AI apps can use your Nextcloud.',
  'waiting.background': 'One more step, and work can go on while you are away.',
  'waiting.step-open': 'Open your Nextcloud, and sign in there if it asks you to.',
  'waiting.step-grant': 'It asks about {name}. Choose “Grant access”.',
  'waiting.step-return': 'Come back to this tab. It goes on by itself.',
  'waiting.open': 'Open Nextcloud',
  'waiting.waiting': 'Waiting for you to confirm …',
  'waiting.offline': 'This page cannot reach the server. It keeps trying …',
  'waiting.done': 'Confirmed. Going on …',
  'waiting.done-here': 'Confirmed. You can close this page.',
  'waiting.failed': 'That did not work. Go back to where you started, and start again.',
  'waiting.too-long': 'This took too long. Go back to where you started, and start again.',
  'waiting.no-script': 'This page loads itself again every few seconds until you have confirmed.',

  // What is connected
  'overview.title': 'Your AI apps',
  'overview.connected': 'Connected',
  'overview.none': 'No app is connected.',
  'overview.none-hint':
    'Start in the AI app: add this server there, and it brings you here to allow it.',
  'overview.any': 'All your AI apps',
  'overview.website': 'Website',
  'overview.redirect': 'Returns to',
  'overview.may': 'May',
  'overview.may-nothing': 'nothing',
  'overview.since': 'Since',
  'overview.last-used': 'Last used',
  'overview.never-used': 'not yet',
  'overview.change': 'Change',
  'overview.change-of': 'what {client} may do',
  'overview.revoke': 'Disconnect',
  'background.title': 'While you are away',
  'background.text':
    'Lets this server keep your search index fresh while you are away. It does nothing else with it.',
  'background.off': 'Off',
  'background.on': 'On',
  'background.on-since': 'On since {time}',
  'background.unavailable': 'Not available on this server.',
  'background.turn-on': 'Turn on',
  'background.turn-off': 'Turn off',
  'overview.log-title': 'Log',
  'overview.log-text': 'When access was given, changed and ended.',
  'overview.log-link': 'Open the log',
  'notice.revoked': 'Disconnected. The app can no longer use your Nextcloud.',
  'notice.background-on': 'Work while you are away is on.',
  'notice.background-off': 'Work while you are away is off.',
  'notice.scopes-saved': 'Saved. It applies at once.',

  // The log
  'log.title': 'Log',
  'log.lead': 'When access to your Nextcloud was given, changed and ended. The latest comes first.',
  'log.none': 'There is nothing in the log.',
  'log.older': 'Older entries',
  'log.method': '({method})',
  'log.gone': 'an app that is no longer connected',
  'log.background': 'for work while you are away',

  // What went wrong, and what to do
  'request-expired.title': 'This request has expired',
  'request-expired.text':
    'It was left open for too long, or was answered already. Go back to your AI app and connect again.',
  'other-browser.title': 'This was started in another browser',
  'other-browser.text':
    'Go on in the browser you started in. Or go back to your AI app and connect again, all in this browser.',
  'nextcloud-unreachable.title': 'Your Nextcloud does not answer',
  'nextcloud-unreachable.text':
    'Try again in a few minutes. If it stays like this, tell whoever runs your Nextcloud.',
  'too-many.title': 'Too many people sign in at once',
  'too-many.text': 'Nothing was changed. Wait a minute and try again.',
  'other-user.title': 'That was a different account',
  'other-user.text':
    'Nothing was changed. Your AI app works with another account than the one that you are signed in with, here or there. Sign out of that one, then start again in your AI app.',
  'client-refused.title': 'This app may not connect',
  'client-refused.text':
    'This server does not know the app, or does not accept its details. Your Nextcloud was not touched. If you need the app, ask whoever runs this server.',
  'form-expired.title': 'This page was open for too long',
  'form-expired.text': 'Nothing was changed. Load the page again and repeat what you did.',
  'provider-failed.title': 'Signing in did not work',
  'provider-failed.text':
    'The identity provider did not answer as it should. Wait a minute and try again; if it happens again, tell whoever runs this server.',
  'no-background.title': 'The identity provider gave no lasting access',
  'no-background.text':
    'Nothing was changed. Whoever runs the identity provider has to allow offline access (offline_access) for this server.',
  'not-found.title': 'There is no such page',
  'not-found.text': 'Check the address, or start from the overview.',
  'internal.title': 'Something went wrong here',
  'internal.text':
    'It is not your fault. Try again; if it happens again, tell whoever runs this server when it happened.',
  'try-again': 'Try again',
  reload: 'Load again',

  // What is over
  'connected.title': 'Connected',
  'connected.text': 'You can close this page and go back to your AI app.',
  'connected.last-click':
    'One last click takes you back to your AI app. If your browser asks whether to open it, allow that.',
  'onward.title': 'One moment',
  'onward.link': 'Go on',
  'back-to-app': 'Back to the app',
  'denied.title': 'Not connected',
  'denied.text': 'The app got no access to your Nextcloud. You can close this page.',
  'cancelled.title': 'Cancelled',
  'cancelled.text': 'Nothing was changed. You can close this page.',
  'signed-out.title': 'Signed out',
  'signed-out.text': 'Your AI apps stay connected.',
  'sign-in-again': 'Sign in again',

  // Lines of the log
  'event.client_allowed': 'App allowed',
  'event.signed_in': 'Signed in',
  'event.signed_out': 'Signed out',
  'event.store_app_password': 'Access given',
  'event.update_app_password_scopes': 'Permissions changed',
  'event.delete_app_password': 'Access ended',
  'event.store_refresh_token': 'Work while you are away allowed',
  'event.rotate_refresh_token': 'Work while you are away renewed',
  'event.delete_refresh_token': 'Work while you are away ended',
  'event.background_access_ended': 'Work while you are away ended by itself',
  'event.background_access_revoked': 'Work while you are away revoked',
  'event.store_oauth_client': 'This server registered for signing in',
  'event.delete_oauth_client': 'Registration of this server for signing in ended',

  // How it came about, where that is worth telling
  'method.login_flow': 'with Nextcloud',
  'method.provider': 'with your organisation',
  'method.storage': 'only here: the other side did not answer',
  'method.expired': 'it had expired',
  'method.refused': 'it was no longer accepted',

  // Areas
  'area.notes': 'Notes',
  'area.calendar': 'Calendar',
  'area.todo': 'Tasks',
  'area.contacts': 'Contacts',
  'area.files': 'Files',
  'area.sharing': 'Sharing',
  'area.deck': 'Deck',
  'area.tables': 'Tables',
  'area.cookbook': 'Cookbook',
  'area.news': 'News',
  'area.talk': 'Talk',
  'area.collectives': 'Collectives',
  'area.forms': 'Forms',
  'area.mail': 'Mail',
  'area.semantic': 'Search',

  // What an app may do, in one word
  'access.read': 'read',
  'access.write': 'change',
  'access.send': 'send',

  // Scopes
  'scope.notes:read': 'Read your notes',
  'scope.notes:write': 'Create, change and delete your notes',
  'scope.calendar:read': 'See your calendars and events',
  'scope.calendar:write': 'Create, change and delete calendars and events',
  'scope.todo:read': 'See your tasks',
  'scope.todo:write': 'Create, change and delete tasks',
  'scope.contacts:read': 'See your contacts',
  'scope.contacts:write': 'Create, change and delete contacts',
  'scope.files:read': 'See and open your files',
  'scope.files:write': 'Upload, change, move and delete files',
  'scope.sharing:read': 'See what is shared, and with whom',
  'scope.sharing:write': 'Share things with others, change and end shares',
  'scope.deck:read': 'See your boards and cards',
  'scope.deck:write': 'Create, change and delete boards and cards',
  'scope.tables:read': 'See your tables',
  'scope.tables:write': 'Create, change and delete tables and rows',
  'scope.cookbook:read': 'See your recipes',
  'scope.cookbook:write': 'Add, change and delete recipes',
  'scope.news:read': 'Read your feeds and articles',
  'scope.news:write': 'Add and remove feeds, mark articles as read',
  'scope.talk:read': 'Read your conversations',
  'scope.talk:write': 'Write messages and manage conversations as you',
  'scope.collectives:read': 'Read the pages of your collectives',
  'scope.collectives:write': 'Create, change and delete collectives and pages',
  'scope.forms:read': 'Read forms and what was answered',
  'scope.forms:write': 'Answer forms as you',
  'scope.mail:read': 'Read your mail',
  'scope.mail:write': 'Sort, mark and delete your mail',
  'scope.mail:send': 'Send mail as you',
  'scope.semantic:read': 'Search by meaning in your notes, files and more',
} as const
