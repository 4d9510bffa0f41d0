import { CONFLICTS } from './stories/conflicts.ts'
import { tell } from './tell.ts'

tell('F. conflicts', CONFLICTS)
