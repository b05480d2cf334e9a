// Tells the box where the reader's clock stands, so that times are theirs. Without scripts they are the box's, and pages say so.
{
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const year = 365 * 24 * 60 * 60
  document.cookie = `${document.currentScript.dataset.cookie}=${encodeURIComponent(zone)}; path=/; max-age=${year}; samesite=lax`
}
