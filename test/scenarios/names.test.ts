import { NAMES } from './stories/names.ts'
import { tell } from './tell.ts'

tell('E. names', NAMES)
