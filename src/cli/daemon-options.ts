// What the commands around the daemon take.
import type { ListenAddress } from '../daemon/config/config.ts'

export interface HomeOption {
  readonly home?: string
}

export interface StartOptions extends HomeOption {
  readonly listen?: ListenAddress
  readonly bepListen?: readonly string[]
}

export type ServiceAction = 'install' | 'uninstall' | 'status'
