package io.scopeguard.testing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.scopeguard.annotation.Internal;
import java.util.Set;
import java.util.stream.Collectors;

/** The public API: public types and members that are not marked as internal, in packages that are not. */
public final class PublicApi {

    /** The public types of the API, nested types included. */
    public static final DescribedPredicate<JavaClass> TYPES =
            DescribedPredicate.describe("are public API", PublicApi::isApi);

    private PublicApi() {}

    /** A caller must never need an internal type. An internal supertype is allowed: its members are inherited. */
    public static ArchRule exposesNoInternalType() {
        return classes().that(TYPES).should(new ArchCondition<>("expose no internal type") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                type.getMembers().stream()
                        .filter(PublicApi::isExposed)
                        .flatMap(member -> exposedTypes(member).stream()
                                .filter(PublicApi::isInternal)
                                .map(exposed -> member.getFullName() + " exposes " + exposed.getName()))
                        .forEach(message -> events.add(SimpleConditionEvent.violated(type, message)));
            }
        });
    }

    private static boolean isApi(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && !isInternal(type)
                && type.getEnclosingClass().map(PublicApi::isApi).orElse(true);
    }

    private static boolean isInternal(JavaClass type) {
        return type.isAnnotatedWith(Internal.class)
                || type.getPackage().isAnnotatedWith(Internal.class)
                || type.getEnclosingClass().map(PublicApi::isInternal).orElse(false);
    }

    private static boolean isExposed(JavaMember member) {
        Set<JavaModifier> modifiers = member.getModifiers();
        return (modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED))
                && !modifiers.contains(JavaModifier.SYNTHETIC)
                && !member.isAnnotatedWith(Internal.class);
    }

    private static Set<JavaClass> exposedTypes(JavaMember member) {
        return member instanceof JavaCodeUnit code
                ? code.getAllInvolvedRawTypes().stream()
                        .filter(type -> !type.equals(code.getOwner()))
                        .collect(Collectors.toSet())
                : member.getAllInvolvedRawTypes();
    }
}
