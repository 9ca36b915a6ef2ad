import { createHash } from 'node:crypto'
import { type Instance, isEnabled } from '../instance.ts'

interface Capabilities {
  data: Record<string, unknown>
  etag: string
}

/** The version the demo answers like. */
export const version = {
  major: 31,
  minor: 0,
  micro: 2,
  string: '31.0.2',
  edition: '',
  extendedSupport: false,
}

/** Body of `/status.php`. */
export const status = {
  installed: true,
  maintenance: false,
  needsDbUpgrade: false,
  version: '31.0.2.1',
  versionstring: version.string,
  edition: '',
  productname: 'Nextcloud',
  extendedSupport: false,
}

/** The capabilities everybody may see. */
export function anonymousCapabilities(instance: Instance): Capabilities {
  return withEtag({ bruteforce: bruteForce, theming: theming(instance.url) })
}

/** The capabilities of a logged-in user; those of a disabled app are absent. */
export function userCapabilities(instance: Instance): Capabilities {
  const { url } = instance
  return withEtag({
    core: {
      pollinterval: 60,
      'webdav-root': 'remote.php/webdav',
      'reference-api': true,
      'reference-regex': '(\\s|\\n|^)(https?:\\/\\/)([-A-Z0-9+_.]+(?::[0-9]+)?(?:\\/[^\\s]*)*)',
      'mod-rewrite-working': true,
    },
    bruteforce: bruteForce,
    files: files(instance),
    ...(isEnabled(instance, 'cookbook') && {
      cookbook: { 'api-version': { epoch: 0, major: 1, minor: 2 }, version: [0, 11, 9] },
    }),
    dav: {
      chunking: '1.0',
      bulkupload: '1.0',
      'absence-supported': true,
      'absence-replacement': true,
    },
    ...(isEnabled(instance, 'files_sharing') && { files_sharing: sharing(instance) }),
    ...(isEnabled(instance, 'notes') && {
      notes: { api_version: ['0.2', '1.3', '1.4'], version: '5.0.2', notes_path: 'Notes' },
    }),
    ...(isEnabled(instance, 'deck') && {
      deck: { version: '1.15.9', canCreateBoards: true, apiVersions: ['1.0', '1.1'] },
    }),
    ...(isEnabled(instance, 'spreed') && { spreed: talk }),
    ...(isEnabled(instance, 'notifications') && { notifications }),
    provisioning_api: {
      version: '1.21.0',
      AccountPropertyScopesVersion: 2,
      AccountPropertyScopesFederatedEnabled: true,
      AccountPropertyScopesPublishedEnabled: false,
    },
    ...(isEnabled(instance, 'systemtags') && { systemtags: { enabled: true } }),
    ...(isEnabled(instance, 'tables') && { tables }),
    theming: theming(url),
    ...(isEnabled(instance, 'user_status') && {
      user_status: { enabled: true, restore: true, supports_emoji: true },
    }),
  })
}

/** Of Talk 20; its long list of features only as far as a client may look for them. */
const talk = {
  features: [
    'chat-v2',
    'conversation-v4',
    'system-messages',
    'delete-messages',
    'chat-replies',
    'reactions',
    'silent-send',
    'talk-polls',
    'edit-messages',
    'chat-reference-id',
  ],
  config: {
    chat: { 'max-length': 32_000, 'read-privacy': 0 },
    conversations: { 'can-create': true },
  },
  version: '20.0.0-dev.0',
}

const notifications = {
  'ocs-endpoints': ['list', 'get', 'delete', 'delete-all', 'rich-strings'],
  'admin-notifications': ['ocs'],
}

const bruteForce = { delay: 0, 'allow-listed': false }

function files(instance: Instance): Record<string, unknown> {
  const trash = isEnabled(instance, 'files_trashbin')
  return {
    $comment:
      '"blacklisted_files" is deprecated as of Nextcloud 30, use "forbidden_filenames" instead',
    blacklisted_files: ['.htaccess'],
    forbidden_filenames: ['.htaccess'],
    forbidden_filename_basenames: [],
    forbidden_filename_characters: ['\\', '/'],
    forbidden_filename_extensions: ['.filepart', '.part'],
    bigfilechunking: true,
    chunked_upload: { max_size: 104857600, max_parallel_count: 5 },
    file_conversions: [],
    ...(isEnabled(instance, 'comments') && { comments: true }),
    ...(trash && { undelete: true, delete_from_trash: true }),
    ...(isEnabled(instance, 'files_versions') && {
      versioning: true,
      version_labeling: true,
      version_deletion: true,
    }),
  }
}

/** What the demo has of sharing: no other clouds, and no mail that would be sent. */
function sharing({ settings }: Instance): Record<string, unknown> {
  const { groups = true, links = true, linkDays } = settings.sharing
  return {
    api_enabled: true,
    public: {
      enabled: links,
      ...(links && {
        password: { enforced: false, askForOptionalPassword: false },
        multiple_links: true,
        expire_date: { enabled: linkDays !== undefined },
        upload: true,
        upload_files_drop: true,
      }),
    },
    resharing: true,
    user: { send_mail: false, expire_date: { enabled: true } },
    group_sharing: groups,
    group: { enabled: groups, expire_date: { enabled: true } },
    default_permissions: 31,
    federation: {
      outgoing: false,
      incoming: false,
      expire_date: { enabled: true },
      expire_date_supported: { enabled: true },
    },
    sharee: { query_lookup_default: false, always_show_unique: true },
  }
}

const tables = {
  enabled: true,
  version: '1.0.9',
  apiVersions: ['1.0', '2.0', '2.1'],
  features: ['favorite', 'archive'],
  isCirclesEnabled: false,
  column_types: [
    'text-line',
    'text-rich',
    'text-link',
    'number',
    'number-stars',
    'number-progress',
    'selection',
    'selection-multi',
    'selection-check',
    'datetime',
    'datetime-date',
    'datetime-time',
    'usergroup',
  ],
}

function theming(url: string): Record<string, unknown> {
  const logo = `${url}/core/img/logo/logo.svg?v=0`
  return {
    name: 'Nextcloud',
    url: 'https://nextcloud.com',
    slogan: 'a safe home for all your data',
    color: '#00679e',
    'color-text': '#ffffff',
    'color-element': '#00679e',
    'color-element-bright': '#00679e',
    'color-element-dark': '#00679e',
    logo,
    background: `${url}/apps/theming/img/background/jenna-kim-the-globe.webp`,
    'background-text': '#ffffff',
    'background-plain': false,
    'background-default': true,
    logoheader: logo,
    favicon: logo,
  }
}

function withEtag(capabilities: Record<string, unknown>): Capabilities {
  const data = { version, capabilities }
  const hash = createHash('md5').update(JSON.stringify(data)).digest('hex')
  return { data, etag: `"${hash}"` }
}
