package io.scopeguard.spring;

import io.scopeguard.role.RoleKind;
import io.scopeguard.scope.ScopeRequirement.Match;
import io.scopeguard.scope.WhenUnknown;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The roles that a handler or another method of a bean requires, by name: on a method, or on a class for all of its methods without
 * their own annotation. Can be used as a meta-annotation. With {@link RequiresScopes} on the method or on its class, both
 * requirements have to be met:
 *
 * <pre>
 * &#64;RequiresScopes("read:report")
 * &#64;RequiresRole("paid-tier")
 * Report export(&#64;PathVariable String organizationId) { ... }
 * </pre>
 *
 * <p>The subject has to hold the role now. The token need not have a claim for roles; if it carries roles, they have to include the
 * required one.
 *
 * <p>The rules of {@link RequiresScopes} for web handlers, other methods and start-up apply to this annotation, too.
 *
 * @since 0.1
 */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
public @interface RequiresRole {

    /** At least one name of a role, compared exactly. Placeholders are resolved. */
    String[] value();

    /** Whether all of the roles are needed, or one of them is enough. */
    Match match() default Match.ALL;

    /** Whether the roles are held outside of organizations, or in the organization of the request. */
    RoleKind kind() default RoleKind.GLOBAL;

    /**
     * The maximum age of the live roles, such as {@code 10s}, in seconds without a unit; {@code 0s} reads them now. A strict limit.
     * If empty, {@code scope-guard.permissions.max-age} applies, beyond which stale roles may be used for a while.
     */
    String maxAge() default "";

    /**
     * Whether a token that carries the roles decides if the live roles are not fresh enough. At most one value; if empty,
     * {@code scope-guard.permissions.when-unknown} applies. A token without roles never decides.
     */
    WhenUnknown[] whenUnknown() default {};

    /**
     * For methods that are not web handlers: a SpEL expression that names the organization, as in
     * {@link RequiresScopes#organization}. A method that requires global roles only needs none.
     */
    String organization() default "";

    /** The source of the organization, unless {@link #organization} is set. */
    OrganizationSource organizationFrom() default OrganizationSource.REQUEST;
}
