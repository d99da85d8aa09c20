package io.scopeguard.spring.authorization;

import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.Public;
import io.scopeguard.spring.RequiresScopes;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.core.env.PropertyResolver;
import org.springframework.web.method.HandlerMethod;

/** Reads what a handler's annotations require, and refuses what they cannot mean. Thread-safe. */
public final class RequirementReader {

    private static final HandlerRule UNANNOTATED = new HandlerRule.Unannotated();
    private static final HandlerRule OPEN = new HandlerRule.Open();

    private final Audience defaultAudience;
    private final Set<Audience> resources;
    private final PropertyResolver placeholders;

    /**
     * @param resources the API's own resources
     */
    public RequirementReader(Audience defaultAudience, Set<Audience> resources, PropertyResolver placeholders) {
        this.defaultAudience = defaultAudience;
        this.resources = Set.copyOf(resources);
        this.placeholders = placeholders;
    }

    Audience defaultAudience() {
        return defaultAudience;
    }

    /**
     * The rule of a handler: what its method says, else what its class says.
     *
     * @throws InvalidSettingException if the annotations contradict each other, or name what does not exist
     */
    HandlerRule read(HandlerMethod handler) {
        String name = handler.getShortLogMessage();
        HandlerRule ofMethod = read(handler.getMethod(), name);
        HandlerRule rule = ofMethod != null ? ofMethod : read(handler.getBeanType(), name);
        return rule != null ? rule : UNANNOTATED;
    }

    /** The requirement must be for an audience that tokens of this API can have. */
    ScopeRequirement checked(ScopeRequirement requirement, String name) {
        Audience audience = requirement.audience();
        if (!audience.isOrganization() && !resources.contains(audience)) {
            throw new InvalidSettingException(
                    name,
                    "requires scopes of " + audience + ", which is not a resource of this API",
                    "Add it to scope-guard.resources, or name one of " + resources + " or 'organization'.");
        }
        return requirement;
    }

    private @Nullable HandlerRule read(AnnotatedElement element, String name) {
        MergedAnnotations annotations = MergedAnnotations.from(element, SearchStrategy.TYPE_HIERARCHY);
        MergedAnnotation<RequiresScopes> required = nearest(annotations, RequiresScopes.class, name);
        MergedAnnotation<Public> open = nearest(annotations, Public.class, name);
        if (required != null && open != null) {
            throw new InvalidSettingException(
                    name, "is annotated @Public and @RequiresScopes", "Keep the one that is meant.");
        }
        if (required != null) {
            return requires(required.synthesize(), name);
        }
        return open == null ? null : OPEN;
    }

    /** The annotation nearest to the element; at the same distance all must say the same. */
    private static <A extends Annotation> @Nullable MergedAnnotation<A> nearest(
            MergedAnnotations annotations, Class<A> type, String name) {
        List<MergedAnnotation<A>> found = annotations.stream(type).toList();
        if (found.isEmpty()) {
            return null;
        }
        int index = found.stream()
                .mapToInt(MergedAnnotation::getAggregateIndex)
                .min()
                .orElse(0);
        List<A> meanings = found.stream()
                .filter(annotation -> annotation.getAggregateIndex() == index)
                .map(MergedAnnotation::synthesize)
                .distinct()
                .toList();
        if (meanings.size() > 1) {
            throw new InvalidSettingException(
                    name,
                    "carries several different @" + type.getSimpleName() + ", directly or by other annotations",
                    "Keep one, or combine them into an annotation of their own.");
        }
        return found.get(0);
    }

    private HandlerRule requires(RequiresScopes annotation, String name) {
        ScopeRequirement requirement = new ScopeRequirement(
                audience(annotation, name),
                annotation.match(),
                scopes(annotation, name),
                maxAge(annotation, name),
                whenUnknown(annotation, name));
        return new HandlerRule.Requires(checked(requirement, name), binding(annotation, requirement, name));
    }

    private static Binding binding(RequiresScopes annotation, ScopeRequirement requirement, String name) {
        if (annotation.global()
                && (annotation.organizationFromToken() || requirement.audience().isOrganization())) {
            throw new InvalidSettingException(
                    name,
                    "is global in @RequiresScopes, and requires something of an organization",
                    "Drop global, or require scopes of a resource without an organization.");
        }
        if (annotation.global()) {
            return Binding.NONE;
        }
        return annotation.organizationFromToken() ? Binding.TOKEN : Binding.REQUEST;
    }

    private Audience audience(RequiresScopes annotation, String name) {
        if (annotation.audience().isEmpty()) {
            return defaultAudience;
        }
        try {
            return new Audience(placeholders.resolveRequiredPlaceholders(annotation.audience()));
        } catch (IllegalArgumentException e) {
            throw invalid(name, "audience", e);
        }
    }

    private static Scopes scopes(RequiresScopes annotation, String name) {
        try {
            Scopes scopes = Scopes.of(annotation.value());
            if (scopes.isEmpty()) {
                throw new IllegalArgumentException("there is none");
            }
            return scopes;
        } catch (IllegalArgumentException e) {
            throw invalid(name, "scopes", e);
        }
    }

    private static @Nullable Duration maxAge(RequiresScopes annotation, String name) {
        if (annotation.maxAge().isEmpty()) {
            return null;
        }
        try {
            Duration age = DurationStyle.detectAndParse(annotation.maxAge());
            if (age.isNegative()) {
                throw new IllegalArgumentException("it is negative");
            }
            return age;
        } catch (IllegalArgumentException e) {
            throw invalid(name, "maxAge", e);
        }
    }

    private static @Nullable WhenUnknown whenUnknown(RequiresScopes annotation, String name) {
        WhenUnknown[] policies = annotation.whenUnknown();
        if (policies.length > 1) {
            throw new InvalidSettingException(name, "has several whenUnknown", "Keep one.");
        }
        return policies.length == 0 ? null : policies[0];
    }

    private static InvalidSettingException invalid(String name, String attribute, IllegalArgumentException cause) {
        return new InvalidSettingException(
                name,
                "has an invalid " + attribute + " in @RequiresScopes: " + cause.getMessage(),
                "Correct the annotation.",
                cause);
    }
}
