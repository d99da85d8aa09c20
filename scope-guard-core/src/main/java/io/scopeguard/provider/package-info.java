/**
 * The interfaces and values for identity providers. {@link io.scopeguard.provider.IdentityProvider} is the only object that the
 * rest of the library knows. It names the accepted issuers and the address of the signing keys, reads tokens by a {@link
 * io.scopeguard.provider.TokenReader}, and reads facts for live permissions by a {@link io.scopeguard.provider.PermissionSource}.
 * It declares its features and its rules for tokens by {@link io.scopeguard.provider.ProviderTraits}. It may report changes by an
 * {@link io.scopeguard.provider.EventReceiver} or a {@link io.scopeguard.provider.ChangeFeed}.
 *
 * <p>A complete provider, which keeps its members in memory:
 *
 * <pre>{@code
 * public class Directory implements IdentityProvider, TokenReader, PermissionSource {
 *
 *     private static final Map<String, RoleDefinition> ROLES = Map.of(
 *             "reader", RoleDefinition.of(Map.of(Audience.ORGANIZATION, Scopes.of("read:report"))),
 *             "editor", RoleDefinition.of(Map.of(Audience.ORGANIZATION, Scopes.of("read:report", "write:report"))));
 *
 *     private final URI issuer;
 *     private final Map<String, Set<String>> members; // the ids of roles, by "organization/user"
 *     private final ProviderClock clock;
 *     private final ScopeCatalogue catalogue;
 *
 *     public Directory(URI issuer, Map<String, Set<String>> members, SteadyClock steadyClock) {
 *         this.issuer = issuer;
 *         this.members = members;
 *         this.clock = new ProviderClock(steadyClock);
 *         this.catalogue = new ScopeCatalogue(clock);
 *     }
 *
 *     public String name() {
 *         return "directory";
 *     }
 *
 *     public String description() {
 *         return "the directory at " + issuer;
 *     }
 *
 *     public List<String> issuers() {
 *         return List.of(issuer.toString());
 *     }
 *
 *     public URI jwkSetUri() {
 *         return URI.create(issuer + "/jwks");
 *     }
 *
 *     public TokenReader tokenReader(Collection<Audience> resources) {
 *         return this;
 *     }
 *
 *     public PermissionSource permissions() {
 *         return this;
 *     }
 *
 *     public ScopeCatalogue catalogue() {
 *         return catalogue;
 *     }
 *
 *     public ProviderClock clock() {
 *         return clock; // HttpCalls passes the Date of each response to it
 *     }
 *
 *     public Duration timeout() {
 *         return Duration.ofSeconds(30); // of a whole call, also of one that fetches keys
 *     }
 *
 *     public void check(Collection<Audience> audiences) {} // throws a SettingRefusedException for a wrong setting
 *
 *     public Set<String> types() {
 *         return Set.of("at+jwt");
 *     }
 *
 *     public TokenContent read(TokenClaims claims) {
 *         if (!claims.audience().equals(List.of("reports"))) {
 *             throw new InvalidTokenException(
 *                     InvalidTokenException.Reason.WRONG_AUDIENCE,
 *                     "The token is for another API: request one for reports.");
 *         }
 *         return new TokenContent(
 *                 new Subject(Subject.Type.USER, claims.text("sub")),
 *                 claims.text("client_id"),
 *                 claims.actor(),
 *                 claims.textIfPresent("jti"),
 *                 List.of(TokenGrant.of(Audience.ORGANIZATION, claims.text("tenant"), claims.scopes())));
 *     }
 *
 *     public ProviderTraits traits() {
 *         return new ProviderTraits(100, false, false, 1, Set.of(), Set.of(), Set.of(), Map.of(), Duration.ZERO);
 *     }
 *
 *     public Answer<Membership> membership(Subject subject, String organization, CallContext context) {
 *         Set<String> roles = members.get(organization + "/" + subject.id()); // a call to the provider
 *         return Answer.explicit(
 *                 roles == null ? Membership.none(Standing.NOT_A_MEMBER) : Membership.of(Grants.ofRoles(roles)));
 *     }
 *
 *     public Answer<Membership> confirmMembership(Subject subject, String organization, CallContext context) {
 *         return membership(subject, organization, context);
 *     }
 *
 *     public Answer<Account> account(Subject subject, CallContext context) {
 *         return Answer.explicit(Account.ofStanding(Standing.ACTIVE));
 *     }
 *
 *     public Answer<Account> globalGrants(Subject subject, CallContext context) {
 *         return Answer.explicit(Account.ofGrants(Grants.none()));
 *     }
 *
 *     public Map<String, RoleDefinition> definitions(DefinitionsKey key, CallContext context) {
 *         return key.equals(DefinitionsKey.ORGANIZATION_ROLES) ? ROLES : Map.of();
 *     }
 *
 *     public Optional<RoleScopes> roleScopes(DefinitionsKey key, String role, Audience audience, CallContext context) {
 *         RoleDefinition definition = definitions(key, context).get(role);
 *         return definition == null || definition.scopes() == null
 *                 ? Optional.empty()
 *                 : Optional.of(new RoleScopes(definition.scopes(), true));
 *     }
 * }
 * }</pre>
 */
@NullMarked
package io.scopeguard.provider;

import org.jspecify.annotations.NullMarked;
