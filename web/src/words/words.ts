// The texts of the interface, in the language that is shown. Another language is another file like `en.ts`, of the same type.
import { en } from './en.ts'

export type Words = typeof en

export const words: Words = en
