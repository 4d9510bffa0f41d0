// Light or dark: as the system says, or as chosen in this browser.

export type ThemeChoice = 'system' | 'light' | 'dark'

const KEY = 'theme'
const prefersDark = matchMedia('(prefers-color-scheme: dark)')

class Theme {
  choice: ThemeChoice = $state(stored())

  choose(choice: ThemeChoice): void {
    this.choice = choice
    try {
      localStorage.setItem(KEY, choice)
    } catch {
      // A browser that keeps nothing: it holds until the page is closed.
    }
    applyTheme()
  }
}

export const theme = new Theme()

export function applyTheme(): void {
  const isDark = theme.choice === 'dark' || (theme.choice === 'system' && prefersDark.matches)
  document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light'
}

prefersDark.addEventListener('change', applyTheme)

function stored(): ThemeChoice {
  try {
    const found = localStorage.getItem(KEY)
    return found === 'light' || found === 'dark' ? found : 'system'
  } catch {
    return 'system'
  }
}
