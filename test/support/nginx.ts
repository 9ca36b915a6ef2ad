/** nginx in a folder of its own, as it comes with Debian and without being root. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Writes the configuration of an nginx that keeps all it writes in this folder.
 * @param http what is in the context `http`
 * @returns the arguments to start it with, in the foreground
 */
export function nginxIn(folder: string, http: string): string[] {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map(name => `${name}_temp_path ${join(folder, name)};`)
    .join(' ')
  const file = join(folder, 'nginx.conf')
  writeFileSync(
    file,
    `daemon off; worker_processes 1; pid ${join(folder, 'pid')}; error_log stderr;
     events {} http { access_log off; ${temporary} ${http} }`,
  )
  return ['-p', folder, '-e', 'stderr', '-c', file]
}
