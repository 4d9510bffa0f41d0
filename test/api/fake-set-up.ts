// Directories and sign-ins without a disk and servers behind them.
import { ApiError } from '../../src/api/errors.ts'
import type { SetUpService } from '../../src/api/service.ts'

export function fakeSetUp(): SetUpService {
  const page = 'https://cloud.example/login'
  return {
    directories: async (path = '/home/ada') => ({
      path,
      home: '/home/ada',
      ...(path === '/' ? {} : { parent: '/' }),
      directories: [{ name: 'Documents', path: `${path}/Documents`, isHidden: false }],
      isCut: false,
    }),
    beginLogin: async () => ({ id: 'login', page, state: 'waiting', expiresAt: 1 }),
    login: async id => {
      if (id !== 'login') throw new ApiError('not-found', 'This sign-in has run out. Begin it again.')
      return { id, page, state: 'granted', user: 'ada', expiresAt: 1 }
    },
  }
}
