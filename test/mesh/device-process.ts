// A device of ours in a process of its own, to be killed: `tsx device-process.ts DIRECTORY LISTEN PEER-DEVICE PEER-ADDRESS`. Tells its id, and stays.
import { MeshDevice } from './device.ts'

const [directory = '', listen = '', device = '', address = ''] = process.argv.slice(2)
const ours = await MeshDevice.start({ directory, name: 'killed', listen })
process.stdout.write(`${ours.device} ${ours.address}\n`)
ours.share([{ device, address }])
setInterval(() => ours.hint(), 1000)
