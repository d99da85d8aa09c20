package io.scopeguard.spring.mcp;

import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.json.TypeRef;
import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.ScopeGuard;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.spring.authorization.DeclaredScopes;
import io.scopeguard.spring.authorization.HandlerRule.Requires;
import io.scopeguard.spring.authorization.UnannotatedPolicy;
import io.scopeguard.spring.mcp.McpOperation.Kind;
import io.scopeguard.spring.method.MethodRule;
import io.scopeguard.spring.response.DecisionHolder;
import io.scopeguard.token.AccessToken;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reduces lists of tools, prompts and resources to those that the subject of the token could call, with this token or with a better
 * one, and says which scopes this token lacks for them. Thread-safe.
 */
public final class McpLists {

    /** The member of {@code _meta} that names the scopes that the token lacks. */
    static final String MISSING = "io.scopeguard/missing-scopes";

    private static final String META = "_meta";
    private static final TypeRef<Map<String, Object>> OBJECT = new TypeRef<>() {};

    private static final Map<String, Listing> LISTINGS = Map.of(
            "tools/list", new Listing("tools", Kind.TOOL, "name"),
            "prompts/list", new Listing("prompts", Kind.PROMPT, "name"),
            "resources/list", new Listing("resources", Kind.RESOURCE, "uri"),
            "resources/templates/list", new Listing("resourceTemplates", Kind.RESOURCE, "uriTemplate"));

    private final ScopeGuard guard;
    private final Clock clock;
    private final Duration maxAge;
    private final DeclaredScopes declared;
    private final McpRules rules;
    private final UnannotatedPolicy policy;
    private final boolean showsAll;
    private final Predicate<String> thirdParties;

    /**
     * @param guard reads live permissions if the request's decision could do without them
     * @param clock dates tokens
     * @param maxAge the usual age of live permissions
     * @param showsAll whether lists also contain operations that the subject could not call
     * @param thirdParties the ids of clients that receive counts instead of names
     */
    public McpLists(
            ScopeGuard guard,
            Clock clock,
            Duration maxAge,
            DeclaredScopes declared,
            McpRules rules,
            UnannotatedPolicy policy,
            boolean showsAll,
            Predicate<String> thirdParties) {
        this.guard = guard;
        this.clock = clock;
        this.maxAge = maxAge;
        this.declared = declared;
        this.rules = rules;
        this.policy = policy;
        this.showsAll = showsAll;
        this.thirdParties = thirdParties;
    }

    /**
     * A list of the protocol.
     *
     * @param member of the result that has the entries
     * @param key member of an entry that names it
     */
    private record Listing(String member, Kind kind, String key) {}

    /** Whether the result of this method is a list. */
    boolean contain(String method) {
        return LISTINGS.containsKey(method);
    }

    /**
     * Reduces the result of a method.
     *
     * @param request with the decision about the token that the list is for; without it, the list is empty
     */
    Object reduced(String method, Object result, @Nullable HttpServletRequest request) {
        Listing listing = LISTINGS.get(method);
        Decision decision = decision(request);
        Map<String, Object> members = new LinkedHashMap<>(convert(result));
        List<Map<String, Object>> shown = new ArrayList<>();
        if (listing != null && decision != null && members.get(listing.member) instanceof List<?> entries) {
            entries.forEach(entry -> {
                Map<String, Object> seen = seen(convert(entry), listing, decision);
                if (seen != null) {
                    shown.add(seen);
                }
            });
        }
        if (listing != null) {
            members.put(listing.member, shown);
        }
        return members;
    }

    /**
     * A decision with live permissions, unless they are unknown. Clients ask for lists after a sign-in, when the young token was
     * enough for the request.
     */
    private @Nullable Decision decision(@Nullable HttpServletRequest request) {
        Decision known = request == null ? null : DecisionHolder.of(request);
        if (known == null || known.live() != null) {
            return known;
        }
        AccessToken token = known.token();
        Scopes any = declared.of(token.audience());
        if (any.isEmpty()) {
            return known;
        }
        RequestedOrganization organization =
                token.organization() == null ? RequestedOrganization.NONE : RequestedOrganization.OF_TOKEN;
        ScopeRequirement requirement = ScopeRequirement.anyOf(token.audience(), any);
        Decision since = guard.inspect(token, new AccessRequest(organization, requirement.withMaxAge(ageOf(token))));
        return since.live() == null
                ? guard.inspect(token, new AccessRequest(organization, requirement.withMaxAge(Duration.ZERO)))
                : since;
    }

    /** A read since the token was issued is new enough. With this age, the young token itself does not count as a read. */
    private Duration ageOf(AccessToken token) {
        Duration age = Duration.between(token.issuedAt(), clock.instant());
        if (age.isNegative()) {
            return Duration.ZERO;
        }
        return age.compareTo(maxAge) < 0 ? age : maxAge;
    }

    private @Nullable Map<String, Object> seen(Map<String, Object> entry, Listing listing, Decision decision) {
        MethodRule rule = rules.listed(listing.kind, String.valueOf(entry.get(listing.key)));
        if (rule == null) {
            return policy.isClosed() ? null : entry;
        }
        Requires required = rule.requires();
        if (!showsAll && !isAttainable(required, decision)) {
            return null;
        }
        Scopes missing = missing(required, decision);
        return missing.isEmpty() ? entry : with(entry, missing, decision);
    }

    private Map<String, Object> with(Map<String, Object> entry, Scopes missing, Decision decision) {
        Map<String, Object> meta = new LinkedHashMap<>();
        if (entry.get(META) instanceof Map<?, ?> own) {
            own.forEach((name, value) -> meta.put(String.valueOf(name), value));
        }
        boolean isThirdParty = thirdParties.test(decision.token().clientId());
        meta.put(MISSING, isThirdParty ? missing.size() : missing.toList());
        Map<String, Object> extended = new LinkedHashMap<>(entry);
        extended.put(META, meta);
        return extended;
    }

    /** Whether the subject could call the operation now, with this token or another one for the same audience. */
    private static boolean isAttainable(Requires required, Decision decision) {
        boolean hasScopes = required.requirement() == null
                || (required.requirement().audience().equals(decision.token().audience())
                        && (required.requirement().isMetBy(decision.effective())
                                || (decision.live() != null
                                        && required.requirement()
                                                .isMetBy(decision.live().granted()))));
        return hasScopes && holdsRoles(required, decision);
    }

    /** Unknown roles hide nothing. */
    private static boolean holdsRoles(Requires required, Decision decision) {
        if (required.roles() == null || decision.live() == null) {
            return true;
        }
        var held = decision.live().roles(required.roles().kind());
        return held == null || required.roles().isMetBy(held.names());
    }

    private static Scopes missing(Requires required, Decision decision) {
        return required.requirement() == null || required.requirement().isMetBy(decision.effective())
                ? Scopes.none()
                : required.requirement().scopes().minus(decision.effective());
    }

    private static Map<String, Object> convert(Object value) {
        return McpJsonDefaults.getMapper().convertValue(value, OBJECT);
    }
}
