/** Every component in its states, for eyes and for axe. Never part of the console. */

import { mount } from 'svelte';
import '../shared/styles/index.css';
import Gallery from './Gallery.svelte';

const asked = new URLSearchParams(location.search);
document.documentElement.dataset['theme'] = asked.get('theme') ?? 'light';

const target = document.getElementById('app');
if (!target) throw new Error('the page has no place for the gallery');
mount(Gallery, { target, props: { open: asked.get('open') } });
