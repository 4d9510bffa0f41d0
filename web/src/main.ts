// Starts the browser interface.
import { mount } from 'svelte'
import App from './app.svelte'
import './ui/tokens.css'
import './ui/base.css'
import { applyTheme } from './ui/theme.svelte.ts'

applyTheme()
const target = document.getElementById('app')
if (target !== null) mount(App, { target })
