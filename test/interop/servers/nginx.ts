// nginx with its own DAV module and dav-ext on a directory (Debian: nginx, libnginx-mod-http-dav-ext).
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ACCOUNT, giveToServer } from './account.ts'
import { firstMissing, freePort, type NotInstalled, type RunningServer, startProgram } from './program.ts'

const EXTENSION = '/usr/lib/nginx/modules/ngx_http_dav_ext_module.so'
/** What must be installed. */
export const NGINX = ['/usr/sbin/nginx', EXTENSION]

/** Serves `<dir>/files`. `dir` is empty and writable. */
export async function startNginx(dir: string): Promise<RunningServer | NotInstalled> {
  const missing = await firstMissing(NGINX)
  if (missing !== undefined) return missing
  const root = join(dir, 'files')
  const state = join(dir, 'state')
  for (const directory of [root, state]) await mkdir(directory)
  const owner = await giveToServer(dir, root, state)
  const port = await freePort()
  const config = join(dir, 'nginx.conf')
  await writeFile(config, `${owner === 'given' ? `user ${ACCOUNT};\n` : ''}${configOf(root, state, port)}`)
  const stop = await startProgram({
    command: '/usr/sbin/nginx',
    args: ['-p', state, '-c', config, '-e', `${state}/error.log`],
    port,
  })
  return { url: new URL(`http://127.0.0.1:${port}/`), root, stop }
}

function configOf(root: string, state: string, port: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    name => `${name}_temp_path ${state}/${name};`,
  )
  return `
load_module ${EXTENSION};
daemon off;
worker_processes 1;
pid ${state}/pid;
error_log ${state}/error.log;
events { worker_connections 256; }
http {
  access_log off;
  ${temporary.join('\n  ')}
  dav_ext_lock_zone zone=locks:1m;
  server {
    listen 127.0.0.1:${port};
    client_max_body_size 0;
    location / {
      root ${root};
      dav_methods PUT DELETE MKCOL COPY MOVE;
      dav_ext_methods PROPFIND OPTIONS LOCK UNLOCK;
      dav_ext_lock zone=locks;
      create_full_put_path on;
      dav_access user:rw group:rw all:r;
    }
  }
}
`
}
