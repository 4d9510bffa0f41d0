// What the commands around the daemon take.
import type { GivenAtStart } from '../daemon/home/daemon-lock.ts'

export interface HomeOption {
  readonly home?: string
}

export interface StartOptions extends HomeOption, GivenAtStart {}

export type ServiceAction = 'install' | 'uninstall' | 'status'
