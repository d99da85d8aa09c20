/**
 * Chooses the remedy that makes a client's token match the live permissions of its subject.
 *
 * <p>A token shows when it was issued, and the history of the live permissions shows since when a scope is held or lacked. The
 * rules compare these times by the provider's clock. An undecided comparison counts as "issued before". The response to a granted
 * request has a hint only if the hint is known to be useful. The response to a denied request always has the remedy that works, if
 * there is one.
 *
 * <table>
 *   <caption>The rules</caption>
 *   <tr><th>#</th><th>situation</th><th>granted</th><th>denied</th></tr>
 *   <tr><td>1</td><td>demoted: the token carries a scope that is no longer held</td><td>refresh</td><td>refresh</td></tr>
 *   <tr><td></td><td>the same, but the token was issued after the loss: the provider disagrees with itself</td>
 *       <td>nothing; an operator is warned</td><td>nothing</td></tr>
 *   <tr><td>2</td><td>new: the provider gained the scope after the token was issued</td><td>reconsent</td><td>reconsent</td></tr>
 *   <tr><td>3</td><td>promoted, and the token was issued before the scope was held</td>
 *       <td>refresh; at the first request for the subject only if the token is old</td><td>refresh</td></tr>
 *   <tr><td>4</td><td>promoted, and the token was issued while the scope was held</td>
 *       <td>reconsent if the promotion was observed and this client was asked to refresh; otherwise nothing</td>
 *       <td>reconsent</td></tr>
 *   <tr><td></td><td>promoted, and the token was issued in a gap between reads</td><td>nothing</td><td>refresh</td></tr>
 *   <tr><td>5</td><td>consent was asked for before</td>
 *       <td>not again for the same token; for later ones after 5 minutes, doubling up to a day, three times at most</td>
 *       <td>as above</td></tr>
 *   <tr><td>6</td><td>the permissions may have been read before the token was issued</td>
 *       <td>they are read again in the background, without a hint</td><td>they are read again first</td></tr>
 *   <tr><td>7</td><td>no user is present to grant consent</td><td>demotions only</td><td>refresh</td></tr>
 *   <tr><td>8</td><td>the change is so recent that the next token might not be certainly newer</td>
 *       <td>the client waits up to three seconds; if that is not enough, no refresh</td><td>the client waits</td></tr>
 *   <tr><td>9</td><td>several scopes need different remedies</td><td>the strongest</td><td>the strongest</td></tr>
 * </table>
 *
 * <p>Rules 2 to 5 depend on the scopes that a refresh delivers at the provider ({@link io.scopeguard.provider.RefreshDelivery}): if
 * a refresh delivers all, the remedy is always a refresh, and none once a refresh is known to be useless; if it never delivers a
 * gain, the remedy is consent at once.
 *
 * <p>The choice of a refresh needs no memory. Only requests for consent, and asks that may lead to one, are remembered, within
 * bounds. If that memory is lost, clients get fewer hints, never more.
 */
@NullMarked
package io.scopeguard.remedy;

import org.jspecify.annotations.NullMarked;
