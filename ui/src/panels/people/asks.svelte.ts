/** What has been asked of the panel from outside it, perhaps before its code was loaded. */

export const asks = $state({
  /** The dialog for a new persona is open. */
  newPersona: false,
});
