/**
 * Chooses the remedy that makes a client's token match the live permissions of its subject.
 *
 * <p>A token shows when it was issued, and the history of the live permissions shows since when a scope is held or lacked. The
 * rules compare these times by the provider's clock. An undecided comparison counts as "issued before". A gain is <em>observed</em>
 * if an earlier read showed that the subject lacked the scope. The response to a granted request has a hint only if the hint is
 * known to be useful. The response to a denied request always has the remedy that works, if there is one.
 *
 * <table>
 *   <caption>The rules</caption>
 *   <tr><th>#</th><th>situation</th><th>granted</th><th>denied</th></tr>
 *   <tr><td>1</td><td>demoted: the token carries a scope that the subject no longer holds</td>
 *       <td>refresh</td><td>refresh</td></tr>
 *   <tr><td></td><td>the same, but the token was issued after the loss: the provider contradicts itself</td>
 *       <td>nothing; operators are warned</td><td>nothing</td></tr>
 *   <tr><td>2</td><td>new: the scope was created at the provider after the token was issued</td>
 *       <td>reconsent</td><td>reconsent</td></tr>
 *   <tr><td>3</td><td>promoted: the subject gained the scope after the token was issued</td>
 *       <td>refresh; if the gain was not observed, only if the token was older than the maximum age at the first request for the
 *       subject</td><td>refresh</td></tr>
 *   <tr><td>4</td><td>promoted, but the subject already held the scope when the token was issued</td>
 *       <td>reconsent if the gain was observed and this client was asked to refresh before; otherwise nothing</td>
 *       <td>reconsent</td></tr>
 *   <tr><td></td><td>promoted, but it is unknown whether the subject held the scope when the token was issued</td>
 *       <td>nothing</td><td>refresh</td></tr>
 *   <tr><td>5</td><td>the client was asked for consent before</td>
 *       <td>not again for the same token; for later tokens after 5 minutes, then after twice the last wait, up to a day; for three
 *       tokens at most</td><td>as above</td></tr>
 *   <tr><td>6</td><td>the permissions may have been read before the token was issued</td>
 *       <td>they are read again in the background, without a hint</td><td>they are read again first</td></tr>
 *   <tr><td>7</td><td>no user is present to grant consent</td><td>refresh, for demotions only</td><td>refresh</td></tr>
 *   <tr><td>8</td><td>the change is so recent that the next token might not be newer</td>
 *       <td>the client is asked to wait, for three seconds at most; if that is not enough, no refresh</td>
 *       <td>the client is asked to wait</td></tr>
 *   <tr><td>9</td><td>several scopes need different remedies</td><td>the strongest of them</td><td>the strongest of them</td></tr>
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
