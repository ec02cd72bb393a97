/** @type {import('@sveltejs/vite-plugin-svelte').SvelteConfig} */
export default {
  // Styles become files: the console's content security policy allows no style text in the page.
  compilerOptions: { css: 'external', runes: true },
  onwarn(warning, handler) {
    handler(warning);
  },
};
