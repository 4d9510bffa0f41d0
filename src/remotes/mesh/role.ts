// How a folder takes part in its mesh: which way changes travel, and whether permissions do.

/**
 * `send-only`: what others change is not taken, what is here is what this device stands by. `receive-only`: what is changed here is kept
 * on the disk and told to nobody.
 */
export type FolderType = 'send-receive' | 'send-only' | 'receive-only'

export interface Role {
  readonly type: FolderType
  readonly permissions: 'synced' | 'ignored'
}

export const EQUAL_ROLE: Role = { type: 'send-receive', permissions: 'synced' }
