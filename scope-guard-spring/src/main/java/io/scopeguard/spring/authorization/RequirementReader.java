package io.scopeguard.spring.authorization;

import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.Public;
import io.scopeguard.spring.RequiresScopes;
import java.lang.annotation.Annotation;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.core.env.PropertyResolver;
import org.springframework.util.ClassUtils;

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
     * The rule of a web handler: what its method says, else what its class says.
     *
     * @param method as the mapping knows it, perhaps by an interface; {@code null} if the class as a whole is the handler
     * @param targetClass the class of the handler, behind any proxy
     * @param name of the handler, for messages
     * @throws InvalidSettingException if the annotations contradict each other, or name what does not exist
     */
    HandlerRule read(@Nullable Method method, Class<?> targetClass, String name) {
        HandlerRule ofMethod = method == null ? null : ofMethod(method, targetClass, name);
        HandlerRule rule = ofMethod != null ? ofMethod : ofClass(targetClass, name);
        if (rule instanceof HandlerRule.Requires requires && requires.binding() == Binding.EXPRESSION) {
            throw new InvalidSettingException(
                    name,
                    "is a web handler and has the organization expression '" + requires.organization()
                            + "' in @RequiresScopes. The guard decides about web handlers before their arguments exist",
                    "Remove the expression: the path variable or the header names the organization.");
        }
        return rule != null ? rule : UNANNOTATED;
    }

    /**
     * The rule that a method declares, or inherits from a method that it overrides or implements.
     *
     * @return {@code null} if there is none
     */
    public @Nullable HandlerRule ofMethod(Method method, Class<?> targetClass, String name) {
        Method specific = AopUtils.getMostSpecificMethod(method, targetClass);
        Set<Method> sources = new LinkedHashSet<>(List.of(specific, method));
        for (Class<?> type : ClassUtils.getAllInterfacesForClassAsSet(targetClass)) {
            Arrays.stream(type.getMethods())
                    .filter(declared -> AopUtils.getMostSpecificMethod(declared, targetClass)
                            .equals(specific))
                    .forEach(sources::add);
        }
        return read(
                sources.stream()
                        .map(source -> MergedAnnotations.from(source, SearchStrategy.TYPE_HIERARCHY))
                        .toList(),
                name);
    }

    /**
     * The rule that a class declares, or inherits.
     *
     * @return {@code null} if there is none
     */
    public @Nullable HandlerRule ofClass(Class<?> targetClass, String name) {
        return read(List.of(MergedAnnotations.from(targetClass, SearchStrategy.TYPE_HIERARCHY)), name);
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

    private @Nullable HandlerRule read(List<MergedAnnotations> annotations, String name) {
        RequiresScopes required = nearest(annotations, RequiresScopes.class, name);
        Public open = nearest(annotations, Public.class, name);
        if (required != null && open != null) {
            throw new InvalidSettingException(
                    name, "is annotated @Public and @RequiresScopes", "Keep the one that is meant.");
        }
        if (required != null) {
            return requires(required, name);
        }
        return open == null ? null : OPEN;
    }

    /**
     * The annotation of the most specific type. Types that do not extend each other, such as two interfaces, and several
     * annotations at the same place must agree.
     */
    private static <A extends Annotation> @Nullable A nearest(
            List<MergedAnnotations> annotations, Class<A> type, String name) {
        List<MergedAnnotation<A>> found =
                annotations.stream().flatMap(each -> each.stream(type)).toList();
        List<A> meanings = found.stream()
                .filter(annotation -> found.stream().noneMatch(other -> isOverridden(annotation, other)))
                .map(MergedAnnotation::synthesize)
                .distinct()
                .toList();
        if (meanings.size() > 1) {
            throw new InvalidSettingException(
                    name,
                    "carries several different @" + type.getSimpleName()
                            + ", directly, by other annotations or inherited",
                    "Keep one, or combine them into one annotation on the method or class itself.");
        }
        return meanings.isEmpty() ? null : meanings.get(0);
    }

    private static boolean isOverridden(MergedAnnotation<?> annotation, MergedAnnotation<?> by) {
        Class<?> declaring = declaringType(annotation);
        Class<?> other = declaringType(by);
        return !declaring.equals(other) && declaring.isAssignableFrom(other);
    }

    private static Class<?> declaringType(MergedAnnotation<?> annotation) {
        Object source = annotation.getSource();
        if (source instanceof Member member) {
            return member.getDeclaringClass();
        }
        return source instanceof Class<?> type ? type : Object.class;
    }

    private HandlerRule requires(RequiresScopes annotation, String name) {
        ScopeRequirement requirement = new ScopeRequirement(
                audience(annotation, name),
                annotation.match(),
                scopes(annotation, name),
                maxAge(annotation, name),
                whenUnknown(annotation, name));
        return new HandlerRule.Requires(
                checked(requirement, name), binding(annotation, requirement, name), annotation.organization());
    }

    private static Binding binding(RequiresScopes annotation, ScopeRequirement requirement, String name) {
        if (annotation.global()
                && (annotation.organizationFromToken() || requirement.audience().isOrganization())) {
            throw new InvalidSettingException(
                    name,
                    "is global in @RequiresScopes, and requires something of an organization",
                    "Drop global, or require scopes of a resource without an organization.");
        }
        if (!annotation.organization().isEmpty()) {
            return expression(annotation, name);
        }
        if (annotation.global()) {
            return Binding.NONE;
        }
        return annotation.organizationFromToken() ? Binding.TOKEN : Binding.REQUEST;
    }

    private static Binding expression(RequiresScopes annotation, String name) {
        if (annotation.global() || annotation.organizationFromToken()) {
            throw new InvalidSettingException(
                    name,
                    "has an organization expression in @RequiresScopes, and takes the organization from elsewhere too",
                    "Keep one of organization, organizationFromToken and global.");
        }
        return Binding.EXPRESSION;
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
            Duration age = DurationStyle.detectAndParse(annotation.maxAge(), ChronoUnit.SECONDS);
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
