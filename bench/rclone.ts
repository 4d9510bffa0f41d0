// rclone, with nothing of the user's configuration.
import { join } from 'node:path'
import type { Command } from './measure.ts'

/** `args` may name the server at `url` as `dav:`. */
export function rclone(dir: string, args: readonly string[], url?: URL): Command {
  return {
    program: 'rclone',
    args: [...args, '--config', join(dir, 'no-rclone.conf'), '--cache-dir', join(dir, 'rclone-cache')],
    env: {
      RCLONE_CONFIG_DAV_TYPE: 'webdav',
      RCLONE_CONFIG_DAV_VENDOR: 'other',
      RCLONE_CONFIG_DAV_URL: url?.href ?? '',
    },
  }
}
