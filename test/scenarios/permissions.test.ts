import { PERMISSIONS } from './stories/permissions.ts'
import { tell } from './tell.ts'

tell('H. permissions', PERMISSIONS)
