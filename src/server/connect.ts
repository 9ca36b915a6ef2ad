/** The configured Nextcloud, as the server and `doctor` reach it. */
import type { NextcloudConfig } from '../config/config.ts'
import type { RequestObserver } from '../nextcloud/observed.ts'
import { createNextcloud, type Nextcloud } from '../nextcloud/session.ts'
import { NAME, VERSION } from '../version.ts'

/** Opens the configured instance; no request is made yet. */
export function connectNextcloud(config: NextcloudConfig, observer?: RequestObserver): Nextcloud {
  const { url: baseUrl, verifySsl, caBundle, timeoutMs } = config
  return createNextcloud({
    baseUrl,
    verifySsl,
    timeoutMs,
    ...(caBundle === undefined ? {} : { caBundle }),
    observer,
    userAgent: `${NAME}/${VERSION}`,
  })
}
