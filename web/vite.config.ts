// How the browser interface is built: a few hashed files in dist/web, which the daemon serves.
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // Nothing is put into the page itself: the policy of the daemon would refuse it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // One file of styles, there from the beginning: one that failed to come later would not be asked for again.
    cssCodeSplit: false,
    reportCompressedSize: false,
    // How long plugins take says more about the machine than about the build.
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
})
