import { TIME_STORIES } from './stories/times.ts'
import { tell } from './tell.ts'

tell('K. times and checksums', TIME_STORIES)
