import { spaceConformance } from '../conformance.ts'
import { openStorage, temporaryDirectory } from '../testing/hosted.ts'

spaceConformance('a hosted space', async () => {
  const { directory, remove } = temporaryDirectory()
  let storage = await openStorage(directory)
  const space = await storage.spaces.create({ id: 'home-1', label: 'Home' })
  return {
    space,
    reopen: async () => {
      await storage.close()
      storage = await openStorage(directory)
      return storage.spaces.open('home-1')
    },
    dispose: async () => {
      await storage.close()
      remove()
    },
  }
})
