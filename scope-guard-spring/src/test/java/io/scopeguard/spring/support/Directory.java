package io.scopeguard.spring.support;

import io.scopeguard.provider.Account;
import io.scopeguard.provider.Answer;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.Grants;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.provider.Membership;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.ProviderTraits;
import io.scopeguard.provider.RoleDefinition;
import io.scopeguard.provider.RoleScopes;
import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.provider.Standing;
import io.scopeguard.provider.Subject;
import io.scopeguard.provider.TokenClaims;
import io.scopeguard.provider.TokenContent;
import io.scopeguard.provider.TokenGrant;
import io.scopeguard.provider.TokenReader;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.time.SteadyClock;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The example in the documentation of {@code io.scopeguard.provider}: an application's own provider. */
@SuppressWarnings("MissingOverride") // an annotation at the beginning of a line would end the example
// example
public class Directory implements IdentityProvider, TokenReader, PermissionSource {

    private static final Map<String, RoleDefinition> ROLES = Map.of(
            "reader", RoleDefinition.of(Map.of(Audience.ORGANIZATION, Scopes.of("read:report"))),
            "editor", RoleDefinition.of(Map.of(Audience.ORGANIZATION, Scopes.of("read:report", "write:report"))));

    private final URI issuer;
    private final Map<String, Set<String>> members; // the ids of roles, by "organization/user"
    private final ProviderClock clock;
    private final ScopeCatalogue catalogue;

    public Directory(URI issuer, Map<String, Set<String>> members, SteadyClock steadyClock) {
        this.issuer = issuer;
        this.members = members;
        this.clock = new ProviderClock(steadyClock);
        this.catalogue = new ScopeCatalogue(clock);
    }

    public String name() {
        return "directory";
    }

    public String description() {
        return "the directory at " + issuer;
    }

    public List<String> issuers() {
        return List.of(issuer.toString());
    }

    public URI jwkSetUri() {
        return URI.create(issuer + "/jwks");
    }

    public TokenReader tokenReader(Collection<Audience> resources) {
        return this;
    }

    public PermissionSource permissions() {
        return this;
    }

    public ScopeCatalogue catalogue() {
        return catalogue;
    }

    public ProviderClock clock() {
        return clock; // HttpCalls passes the Date of each response to it
    }

    public Duration timeout() {
        return Duration.ofSeconds(30); // of a whole call, also of one that fetches keys
    }

    public void check(Collection<Audience> audiences) {} // throws a SettingRefusedException for a wrong setting

    public Set<String> types() {
        return Set.of("at+jwt");
    }

    public TokenContent read(TokenClaims claims) {
        if (!claims.audience().equals(List.of("reports"))) {
            throw new InvalidTokenException(
                    InvalidTokenException.Reason.WRONG_AUDIENCE,
                    "The token is for another API: request one for reports.");
        }
        return new TokenContent(
                new Subject(Subject.Type.USER, claims.text("sub")),
                claims.text("client_id"),
                claims.actor(),
                claims.textIfPresent("jti"),
                List.of(TokenGrant.of(Audience.ORGANIZATION, claims.text("tenant"), claims.scopes())));
    }

    public ProviderTraits traits() {
        return new ProviderTraits(100, false, false, 1, Set.of(), Set.of(), Set.of(), Map.of(), Duration.ZERO);
    }

    public Answer<Membership> membership(Subject subject, String organization, CallContext context) {
        Set<String> roles = members.get(organization + "/" + subject.id()); // a call to the provider
        return Answer.explicit(
                roles == null ? Membership.none(Standing.NOT_A_MEMBER) : Membership.of(Grants.ofRoles(roles)));
    }

    public Answer<Membership> confirmMembership(Subject subject, String organization, CallContext context) {
        return membership(subject, organization, context);
    }

    public Answer<Account> account(Subject subject, CallContext context) {
        return Answer.explicit(Account.ofStanding(Standing.ACTIVE));
    }

    public Answer<Account> globalGrants(Subject subject, CallContext context) {
        return Answer.explicit(Account.ofGrants(Grants.none()));
    }

    public Map<String, RoleDefinition> definitions(DefinitionsKey key, CallContext context) {
        return key.equals(DefinitionsKey.ORGANIZATION_ROLES) ? ROLES : Map.of();
    }

    public Optional<RoleScopes> roleScopes(DefinitionsKey key, String role, Audience audience, CallContext context) {
        RoleDefinition definition = definitions(key, context).get(role);
        return definition == null || definition.scopes() == null
                ? Optional.empty()
                : Optional.of(new RoleScopes(definition.scopes(), true));
    }
}
