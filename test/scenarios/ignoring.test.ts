import { IGNORING } from './stories/ignoring.ts'
import { tell } from './tell.ts'

tell('G. what is left alone', IGNORING)
