/** What of the frame is open. */

export const open = $state({
  palette: false,
  shortcuts: false,
  advance: false,
  about: false,
  notices: false,
  logs: false,
});
