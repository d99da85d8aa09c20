package io.scopeguard.spring.authorization;

import io.scopeguard.role.RoleRequirement;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.RequiresRole;
import io.scopeguard.spring.RequiresScopes;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.env.PropertyResolver;

/** The requirements that annotations state. Thread-safe. */
final class AnnotatedRequirements {

    private static final String SCOPES = "@RequiresScopes";
    private static final String ROLE = "@RequiresRole";

    private final Audience defaultAudience;
    private final PropertyResolver placeholders;

    AnnotatedRequirements(Audience defaultAudience, PropertyResolver placeholders) {
        this.defaultAudience = defaultAudience;
        this.placeholders = placeholders;
    }

    /**
     * The scopes that an annotation requires.
     *
     * @throws InvalidSettingException if a value makes no sense
     */
    ScopeRequirement of(RequiresScopes annotation, String name) {
        return new ScopeRequirement(
                audience(annotation, name),
                annotation.match(),
                scopes(annotation, name),
                maxAge(annotation.maxAge(), name, SCOPES),
                whenUnknown(annotation.whenUnknown(), name));
    }

    /**
     * The roles that an annotation requires.
     *
     * @throws InvalidSettingException if a value makes no sense
     */
    RoleRequirement of(RequiresRole annotation, String name) {
        Set<String> roles = new HashSet<>();
        for (String role : annotation.value()) {
            roles.add(valid(name, "value", ROLE, () -> placeholders.resolveRequiredPlaceholders(role)));
        }
        Duration maxAge = maxAge(annotation.maxAge(), name, ROLE);
        WhenUnknown whenUnknown = whenUnknown(annotation.whenUnknown(), name);
        return valid(
                name,
                "value",
                ROLE,
                () -> new RoleRequirement(annotation.kind(), annotation.match(), roles, maxAge, whenUnknown));
    }

    private Audience audience(RequiresScopes annotation, String name) {
        return annotation.audience().isEmpty()
                ? defaultAudience
                : valid(
                        name,
                        "audience",
                        SCOPES,
                        () -> new Audience(placeholders.resolveRequiredPlaceholders(annotation.audience())));
    }

    private static Scopes scopes(RequiresScopes annotation, String name) {
        return valid(name, "scopes", SCOPES, () -> {
            Scopes scopes = Scopes.of(annotation.value());
            if (scopes.isEmpty()) {
                throw new IllegalArgumentException("there is none");
            }
            return scopes;
        });
    }

    private static @Nullable Duration maxAge(String text, String name, String annotation) {
        if (text.isEmpty()) {
            return null;
        }
        return valid(name, "maxAge", annotation, () -> {
            Duration age = DurationStyle.detectAndParse(text, ChronoUnit.SECONDS);
            if (age.isNegative()) {
                throw new IllegalArgumentException("it is negative");
            }
            return age;
        });
    }

    private static @Nullable WhenUnknown whenUnknown(WhenUnknown[] policies, String name) {
        if (policies.length > 1) {
            throw new InvalidSettingException(name, "has several whenUnknown", "Keep one.");
        }
        return policies.length == 0 ? null : policies[0];
    }

    private static <T> T valid(String name, String attribute, String annotation, Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException(
                    name,
                    "has an invalid " + attribute + " in " + annotation + ": " + e.getMessage(),
                    "Correct the annotation.",
                    e);
        }
    }
}
