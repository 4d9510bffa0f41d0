// Every page: its address, and how its code comes. A page is loaded when it is first shown, but for the first of all, which is there at once.
import type { Component } from 'svelte'
import Overview from './pages/overview/overview.svelte'
import { matchPath } from './router.svelte.ts'

export type Params = Readonly<Record<string, string>>
export type PageComponent = Component<{ params: Params }>

interface Page {
  /** `:name` stands for one part of the address; the page gets it as `params.name`. */
  readonly path: string
  readonly load: () => Promise<{ readonly default: PageComponent | Component }>
}

const PAGES: readonly Page[] = [
  { path: '/', load: () => Promise.resolve({ default: Overview }) },
  { path: '/add-folder', load: () => import('./pages/add-folder/add-folder.svelte') },
  { path: '/conflicts', load: () => import('./pages/conflicts/conflicts.svelte') },
  { path: '/conflicts/:folder', load: () => import('./pages/conflicts/conflict.svelte') },
  { path: '/folders/:folder', load: () => import('./pages/folder/folder.svelte') },
  { path: '/folders/:folder/history', load: () => import('./pages/history/history.svelte') },
  { path: '/folders/:folder/trash', load: () => import('./pages/folder/trash.svelte') },
  { path: '/folders/:folder/rules', load: () => import('./pages/folder/rules.svelte') },
  { path: '/folders/:folder/selection', load: () => import('./pages/selection/selection.svelte') },
  { path: '/folders/:folder/differing', load: () => import('./pages/differing/differing.svelte') },
  { path: '/folders/:folder/settings', load: () => import('./pages/settings/settings.svelte') },
  { path: '/folders/:folder/add-remote', load: () => import('./pages/add-remote/add-remote.svelte') },
  { path: '/files', load: () => import('./pages/own/files.svelte') },
  { path: '/files/trash', load: () => import('./pages/own/trash.svelte') },
  { path: '/files/account', load: () => import('./pages/own/account.svelte') },
  { path: '/activity', load: () => import('./pages/activity/activity.svelte') },
  { path: '/approve', load: () => import('./pages/approve/approve.svelte') },
  { path: '/host', load: () => import('./pages/host/host.svelte') },
  { path: '/limits', load: () => import('./pages/limits/limits.svelte') },
  { path: '/folders/:folder/remotes/:remote/limits', load: () => import('./pages/limits/limits.svelte') },
  { path: '/devices', load: () => import('./pages/devices/devices.svelte') },
]

export function pageAt(path: string): { readonly page: Page; readonly params: Params } | undefined {
  for (const page of PAGES) {
    const params = matchPath(page.path, path)
    if (params !== undefined) return { page, params }
  }
  return undefined
}
