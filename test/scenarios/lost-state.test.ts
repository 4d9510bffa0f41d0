import { LOST_STATE } from './stories/lost-state.ts'
import { tell } from './tell.ts'

tell('L. lost state and mass changes', LOST_STATE)
