package io.scopeguard.spring;

import io.scopeguard.scope.ScopeRequirement.Match;
import io.scopeguard.scope.WhenUnknown;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The scopes that a handler needs: on a method, or on a class for all of its methods that do not say otherwise. May stand on
 * an annotation of your own, which then means the same.
 *
 * <p>The organization is the one that the request's path (or header) names. The decision falls before the handler's
 * arguments are bound and before the body is read.
 */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
public @interface RequiresScopes {

    /** At least one scope, compared exactly. */
    String[] value();

    /** Whether all of the scopes are needed, or one of them is enough. */
    Match match() default Match.ALL;

    /**
     * Whose scopes: {@code organization}, or one of {@code scope-guard.resources}; {@code scope-guard.default-audience} if
     * empty. Placeholders are resolved.
     */
    String audience() default "";

    /**
     * How old the live permissions may be, such as {@code 10s}; {@code 0s} reads them now. A bound without grace.
     * {@code scope-guard.permissions.max-age}, with its grace, if empty.
     */
    String maxAge() default "";

    /**
     * What decides where the live permissions cannot be had fresh enough: at most one value;
     * {@code scope-guard.permissions.when-unknown} if there is none.
     */
    WhenUnknown[] whenUnknown() default {};

    /** Whether the organization is whichever the token is for: only where the path names none. */
    boolean organizationFromToken() default false;

    /**
     * Whether the operation is about no organization, although {@code scope-guard.organization.header} is set: without this,
     * requests must name one then. Only for the audience of a resource, and where the path names none.
     */
    boolean global() default false;
}
