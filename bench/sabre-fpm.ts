// sabre/dav under php-fpm behind nginx, as it is run in earnest (Debian: php-fpm, php-sabre-dav, nginx).
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ACCOUNT, giveToServer } from '../test/interop/servers/account.ts'
import {
  firstMissing,
  freePort,
  type NotInstalled,
  type RunningServer,
  startProgram,
} from '../test/interop/servers/program.ts'

const FPM = '/usr/sbin/php-fpm8.2'
const NGINX = '/usr/sbin/nginx'
const LIBRARY = '/usr/share/php/Sabre/autoload.php'

/** Serves `<dir>/files`. `dir` is empty and writable. */
export async function startSabreFpm(dir: string): Promise<RunningServer | NotInstalled> {
  const missing = await firstMissing([FPM, NGINX, LIBRARY])
  if (missing !== undefined) return missing
  const root = join(dir, 'files')
  const state = join(dir, 'state')
  for (const directory of [root, state]) await mkdir(directory)
  const owner = await giveToServer(dir, root, state)
  const [fpm, port] = [await freePort(), await freePort()]
  await writeFile(join(dir, 'server.php'), scriptOf(root))
  await writeFile(join(dir, 'fpm.conf'), poolOf(state, fpm, owner === 'given'))
  await writeFile(join(dir, 'nginx.conf'), configOf(dir, state, port, fpm, owner === 'given'))
  const stopFpm = await startProgram({
    command: FPM,
    args: ['-F', ...(owner === 'given' ? ['-R'] : []), '-y', join(dir, 'fpm.conf')],
    port: fpm,
  })
  const stopNginx = await startProgram({
    command: NGINX,
    args: ['-p', state, '-c', join(dir, 'nginx.conf'), '-e', `${state}/nginx.log`],
    port,
  })
  const stop = async (): Promise<void> => {
    await stopNginx()
    await stopFpm()
  }
  return { url: new URL(`http://127.0.0.1:${port}/`), root, stop }
}

function scriptOf(root: string): string {
  return `<?php
require_once 'Sabre/autoload.php';
date_default_timezone_set('UTC');
$server = new Sabre\\DAV\\Server(new Sabre\\DAV\\FS\\Directory('${root}'));
$server->setBaseUri('/');
$server->exec();
`
}

function poolOf(state: string, port: number, isRoot: boolean): string {
  return `[global]
error_log = ${state}/fpm.log
daemonize = no
[dav]
${isRoot ? `user = ${ACCOUNT}\ngroup = ${ACCOUNT}` : ''}
listen = 127.0.0.1:${port}
pm = static
pm.max_children = 8
php_admin_value[display_errors] = 0
php_admin_value[error_reporting] = 0
php_admin_value[memory_limit] = 512M
php_admin_value[post_max_size] = 0
php_admin_value[opcache.enable] = 1
`
}

function configOf(dir: string, state: string, port: number, fpm: number, isRoot: boolean): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    name => `${name}_temp_path ${state}/${name};`,
  )
  return `${isRoot ? `user ${ACCOUNT};` : ''}
daemon off;
worker_processes 2;
pid ${state}/pid;
error_log ${state}/error.log;
events { worker_connections 256; }
http {
  access_log off;
  ${temporary.join('\n  ')}
  server {
    listen 127.0.0.1:${port};
    client_max_body_size 0;
    location / {
      fastcgi_pass 127.0.0.1:${fpm};
      fastcgi_request_buffering off;
      fastcgi_param SCRIPT_FILENAME ${dir}/server.php;
      fastcgi_param SCRIPT_NAME /server.php;
      fastcgi_param QUERY_STRING $query_string;
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param CONTENT_TYPE $content_type;
      fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_param REQUEST_URI $request_uri;
      fastcgi_param SERVER_PROTOCOL $server_protocol;
      fastcgi_param SERVER_NAME $host;
      fastcgi_param SERVER_PORT $server_port;
      fastcgi_param REMOTE_ADDR $remote_addr;
      fastcgi_param HTTP_HOST $http_host;
    }
  }
}
`
}
