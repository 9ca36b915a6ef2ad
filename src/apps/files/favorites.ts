/** The user's stars. */
import { setProperties } from '../../nextcloud/dav/proppatch.ts'
import { badInput } from '../../nextcloud/errors.ts'
import type { Place } from '../../nextcloud/files/home.ts'

/** Stars a file or folder, or takes the star away. One request. @throws CodedError `NOT_FOUND` */
export async function setFavorite(place: Place, isFavorite: boolean): Promise<void> {
  if (place.path === '') throw badInput('The root folder cannot be a favourite')
  const { session } = place.home
  await setProperties(session, place.url, { 'oc:favorite': isFavorite ? '1' : '0' }, place.path)
}
