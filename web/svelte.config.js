// How .svelte files are compiled: with runes, everywhere.
export default { compilerOptions: { runes: true } }
