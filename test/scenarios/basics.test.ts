import { BASICS } from './stories/basics.ts'
import { tell } from './tell.ts'

tell('A. basics', BASICS)
