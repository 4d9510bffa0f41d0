// What a menu offers: something to do, or somewhere to go.
import type { IconName } from './icons.ts'

export type MenuItem = { readonly word: string; readonly icon: IconName } & (
  | { readonly act: () => unknown }
  | { readonly href: string }
)
