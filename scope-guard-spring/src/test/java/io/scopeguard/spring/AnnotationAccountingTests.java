package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.scopeguard.spring.support.QuickStart;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.Sampled;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.Mockito;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.config.AbstractFactoryBean;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.servlet.filter.OrderedFilter;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.event.EventListener;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.annotation.AliasFor;
import org.springframework.graphql.data.federation.EntityMapping;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.reports.SpringLookalike;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.security.authentication.AuthenticationCredentialsNotFoundException;
import org.springframework.stereotype.Component;
import org.springframework.stereotype.Service;
import org.springframework.util.StringUtils;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.annotation.RequestScope;
import org.springframework.web.context.support.GenericWebApplicationContext;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.servlet.function.support.RouterFunctionMapping;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;
import org.springframework.web.servlet.mvc.AbstractController;
import org.springframework.web.servlet.mvc.Controller;

/** Every annotation of every bean is enforced, or start-up fails with the name of the annotation and the fix. */
@ExtendWith(OutputCaptureExtension.class)
class AnnotationAccountingTests {

    private static final TenantServer tenant = new TenantServer(MovableClock.atNoon());

    private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
            .withInitializer(new QuickStart())
            .withUserConfiguration(Plain.class)
            .withPropertyValues(tenant.properties().entrySet().stream()
                    .map(property -> property.getKey() + "=" + property.getValue())
                    .toArray(String[]::new));

    @AfterAll
    static void stop() {
        tenant.close();
    }

    // Errors that stop start-up

    /** The classes of Spring itself are not searched for annotations. */
    @Test
    void startWhenAnApplicationUsesAPackageOfSpringThenItsAnnotationsCount() {
        runner.withBean(SpringLookalike.class)
                .run(context -> assertThat(invalid(context.getStartupFailure()))
                        .hasMessageContaining("SpringLookalike#wipe() requires scopes"));
    }

    @Sampled
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "WithoutOrganization|#wipe(String) requires scopes, but it is not a web handler|organization = \"#argument\"",
                "OfResource|#wipe() requires scopes, but it is not a web handler|(or organizationFrom = NONE)",
                "OfClassWithoutOrganization|#wipe() requires scopes|requestOrganization",
                "Composed|#wipe() requires scopes|organizationFrom = TOKEN",
                "OfInterface|OfInterface#wipe() requires scopes|organizationFrom = TOKEN",
                "OfUnknownInterface|#wipe() requires scopes|organizationFrom = TOKEN",
                "OfInterfacesThatDisagree|#wipe() carries several different @RequiresScopes|Keep one",
                "OfDefaultMethod|#wipeAll() requires scopes|organizationFrom = TOKEN",
                "OfSuperclass|#wipe(String) requires scopes|organization = ",
                "Private|#wipe() requires scopes, but is private|move the annotation",
                "Final|#wipe() requires scopes, but is final|Remove final",
                "Static|#wipe() requires scopes, but is static|move the annotation",
                "FinalOfClass|#wipe() requires scopes, but is final|Remove final",
                "StaticOfClass|#wipe() requires scopes, but is static|move the annotation",
                "FinalClass|is final, so that no proxy can intercept|extended",
                "WithoutConstructor|has private constructors only|extended",
                "UnknownArgument|which refers to #org, but the method has the parameters organizationId|-parameters",
                "UnnamedArgument|refers to organizationId, which is neither an argument|#organizationId",
                "InvalidExpression|has the organization expression '#', which is not valid SpEL|Correct it",
                "TypeInExpression|may only read the arguments, but contains T(|Use arguments only",
                "BeanInExpression|may only read the arguments, but contains @|Use arguments only",
                "ExpressionAndToken|organizationFrom = TOKEN|Keep one of",
                "ExpressionOnHandler|is a web handler and has the organization expression '#id'|the path variable",
                "OpenService|is annotated @PublicEndpoint, but is not a web handler|Remove @PublicEndpoint",
                "OpenServiceMethod|#wipe() is annotated @PublicEndpoint, but is not a web handler|Remove @PublicEndpoint",
                "TwoMeanings|carries several different @RequiresScopes|Keep one",
                "BeanMethod|#routes() is called by the container|put it on the methods",
                "BeanMethodsOfClass|#wiper() is called by the container|declare it on each of them",
                "ScheduledMethod|#wipe() is called by the container, where there is no token|Remove the annotation",
                "Listening|#receive(String) is called by the container|Remove the annotation",
                "ServletOfClass|is called by the servlet container|SecurityFilterChain",
                "FilterOfClass|is called by the servlet container|SecurityFilterChain",
                "Template|#handleRequestInternal(HttpServletRequest, HttpServletResponse) requires scopes, but its superclass AbstractController calls it on the object itself|Annotate the class",
                "PublicTemplate|#handleRequestInternal(HttpServletRequest, HttpServletResponse) requires scopes, but its superclass AbstractController calls|Annotate the class",
                "GenericTemplate|#createInstance() requires scopes, but its superclass AbstractFactoryBean calls|Annotate the class",
                "Repeated|#wipe() carries several different @RequiresScopes|Keep one",
                "RepeatedOfClass|carries several different @RequiresScopes|Keep one",
                "NoController|#list() requires scopes and is declared as a web handler, but no handler mapping|@RestController",
                "WebAndGraphQl|#list() is mapped to several kinds of calls, such as web requests and GraphQL|a method for each",
                "WebAndMessages|#list() is mapped to several kinds of calls, such as web requests and GraphQL, messages|a method for each",
                "LazyOne|#wipe() requires scopes|organization",
                "PrototypeOne|#wipe() requires scopes|organization",
                "RequestScopedOne|#wipe() requires scopes|organization",
                "SessionScopedOne|#wipe() requires scopes|organization",
                "ProductOfMethod|#wipe() requires scopes|organization",
                "ProductOfFactory|#wipe() requires scopes|organization",
                "HiddenByInterface|HiddenByInterface$Impl#wipe() requires scopes|organization",
                "neededTooEarly|was created too early|no BeanPostProcessor depends on",
                "RoutesOfThis|holds an object of|bean::method",
                "MappedRoutesOfThis|a function at [/routed] holds an object of|bean::method",
                "HandlerOfThis|a function at [/legacy] holds an object of|bean::method",
                "MappedHandlerOfThis|a function at [/legacy] holds an object of|bean::method"
            })
    void startWhenAnAnnotationCannotBeEnforcedThenFailsWithTheFix(String type, String problem, String fix)
            throws Exception {
        Class<?> beans = Class.forName(AnnotationAccountingTests.class.getName() + "$" + StringUtils.capitalize(type));
        runner.withUserConfiguration(beans).run(context -> {
            assertThat(context).hasFailed();
            InvalidSettingException invalid = invalid(context.getStartupFailure());
            assertThat(invalid).hasMessageContaining(type).hasMessageContaining(problem);
            assertThat(invalid.fix()).contains(fix);
        });
    }

    @Test
    void startWhenSingletonIsRegisteredByHandThenFails() {
        runner.withInitializer(context -> context.getBeanFactory().registerSingleton("wiper", new Guarded()))
                .run(context -> assertThat(invalid(context.getStartupFailure()))
                        .hasMessageContaining("The bean 'wiper'")
                        .hasMessageContaining("not by the application context"));
    }

    @Test
    void startWhenParentContextHasGuardedBeanThenFails() {
        try (AnnotationConfigApplicationContext parent = new AnnotationConfigApplicationContext(Guarded.class)) {
            runner.withParent(parent)
                    .run(context -> assertThat(invalid(context.getStartupFailure()))
                            .hasMessageContaining("Guarded#wipe()")
                            .hasMessageContaining("belongs to another application context"));
        }
    }

    @Test
    void refreshWhenChildContextHasGuardedBeanThenFails() {
        runner.run(context -> {
            try (AnnotationConfigApplicationContext child = new AnnotationConfigApplicationContext()) {
                child.setParent(context.getSourceApplicationContext());
                child.register(Guarded.class);
                assertThatThrownBy(child::refresh)
                        .satisfies(failure -> assertThat(invalid(failure))
                                .hasMessageContaining("belongs to another application context"));
            }
        });
    }

    @Test
    void createWhenRegisteredLaterThenCheckedLikeOthers() {
        runner.run(context -> {
            GenericWebApplicationContext registry =
                    (GenericWebApplicationContext) context.getSourceApplicationContext();
            registry.registerBean("late", Guarded.class);
            assertThat(AopUtils.isAopProxy(context.getBean("late"))).isTrue();
            registry.registerBean("wrong", WithoutOrganization.class);
            assertThatThrownBy(() -> context.getBean("wrong"))
                    .satisfies(failure -> assertThat(invalid(failure))
                            .hasMessageContaining("WithoutOrganization#wipe(String) requires scopes"));
        });
    }

    /** The declared type does not show the annotation, which is found when the bean is created. */
    @Test
    void createWhenTypeIsHiddenAndLazyThenFails() {
        runner.withUserConfiguration(LazyHiddenByInterface.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThatThrownBy(() -> context.getBean(Runnable.class))
                    .satisfies(failure -> assertThat(invalid(failure))
                            .hasMessageContaining("LazyHiddenByInterface$Impl#run() requires scopes"));
        });
    }

    // Enforced annotations

    @Sampled
    @ParameterizedTest
    @ValueSource(
            classes = {
                Guarded.class,
                GuardedPrototype.class,
                GuardedLazy.class,
                GuardedOfClass.class,
                GuardedEntity.class,
                GuardedByInterface.class,
                GuardedProduct.class,
                GuardedLambda.class,
                GuardedConfiguration.class,
                GuardedListener.class,
                GuardedFinalWithInterface.class
            })
    void callWhenNobodyIsAuthenticatedThenDenied(Class<?> type) {
        String aop = "spring.aop.proxy-target-class=" + (type != GuardedFinalWithInterface.class);
        for (String extra : List.of("spring.aop.auto=true", "spring.main.lazy-initialization=true")) {
            runner.withUserConfiguration(type).withPropertyValues(aop, extra).run(context -> {
                assertThat(context).hasNotFailed();
                Wiper wiper = context.getBean(Wiper.class);
                assertThatThrownBy(wiper::wipe).isInstanceOf(AuthenticationCredentialsNotFoundException.class);
            });
        }
    }

    @Test
    void startThenGuardedMethodsAreNamed(CapturedOutput output) {
        runner.withUserConfiguration(Guarded.class)
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(output).contains("Method security enforces the scopes of: " + Guarded.class.getName() + "#wipe()");
    }

    @Test
    void callWhenBeansReferToEachOtherThenDenied() {
        runner.withAllowCircularReferences(true)
                .withUserConfiguration(Circular.class, CircularToo.class)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThatThrownBy(() ->
                                    context.getBean(CircularToo.class).wiper.wipe())
                            .isInstanceOf(AuthenticationCredentialsNotFoundException.class);
                });
    }

    @Test
    void callWhenAnnotationIsOfClassThenCallbacksAndToStringPass() {
        runner.withUserConfiguration(GuardedOfClass.class)
                .run(context -> assertThat(context.getBean(Wiper.class)).hasToString("guarded by its class"));
    }

    @Test
    void startWhenControllerIsFinalThenItIsNotProxied() {
        runner.withUserConfiguration(FinalController.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(AopUtils.isAopProxy(context.getBean(FinalController.class)))
                    .isFalse();
        });
    }

    @Test
    void startWhenBeanIsMockedThenNoGuardIsDemanded() {
        Guarded mock = Mockito.mock(Guarded.class);
        runner.withInitializer(context -> context.getBeanFactory().registerSingleton("wiper", mock))
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void startWhenAnnotatedClassIsNoBeanThenWarns(CapturedOutput output) {
        runner.withUserConfiguration(GuardedByInterface.class)
                .run(context -> assertThat(context).hasNotFailed());
        String warning = output.getAll()
                .lines()
                .filter(line -> line.contains("because they are not beans: "))
                .findFirst()
                .orElseThrow();
        assertThat(warning)
                .contains(NoBean.class.getName())
                // Beans implement it.
                .doesNotContain(MayWriteWiper.class.getName())
                // Excluded, as by a profile.
                .doesNotContain(WithoutOrganization.class.getName());
    }

    static class NoBean {

        @RequiresScopes(value = "write:report", organizationFrom = OrganizationSource.TOKEN)
        void wipe() {}
    }

    private static InvalidSettingException invalid(Throwable failure) {
        assertThat(failure).isNotNull();
        Throwable cause = failure;
        while (!(cause instanceof InvalidSettingException)) {
            assertThat(cause.getCause()).as("cause of %s", cause).isNotNull();
            cause = cause.getCause();
        }
        return (InvalidSettingException) cause;
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Plain {}

    interface Wiper {

        void wipe();
    }

    @Retention(RetentionPolicy.RUNTIME)
    @RequiresScopes("delete:report")
    @interface MayDelete {}

    @Retention(RetentionPolicy.RUNTIME)
    @RequiresScopes(value = "write:report", organizationFrom = OrganizationSource.TOKEN)
    @interface MayWrite {}

    // No organization is named

    @Service
    static class WithoutOrganization {

        @RequiresScopes("delete:report")
        void wipe(String organizationId) {}
    }

    @Service
    static class OfResource {

        @RequiresScopes(value = "read:document", audience = TenantServer.RESOURCE)
        void wipe() {}
    }

    @Service
    @RequiresScopes("delete:report")
    static class OfClassWithoutOrganization {

        void wipe() {}
    }

    @Service
    static class Composed {

        @MayDelete
        void wipe() {}
    }

    interface AnnotatedWiper {

        @RequiresScopes("delete:report")
        void wipe();
    }

    interface OtherwiseAnnotatedWiper {

        @RequiresScopes("write:report")
        void wipe();
    }

    @Service
    static class OfInterface implements AnnotatedWiper {

        @Override
        public void wipe() {}
    }

    static class Unaware {

        public void wipe() {}
    }

    /** The class with the method does not implement the annotated interface. */
    @Service
    static class OfUnknownInterface extends Unaware implements AnnotatedWiper {}

    @Service
    static class OfInterfacesThatDisagree implements AnnotatedWiper, OtherwiseAnnotatedWiper {

        @Override
        public void wipe() {}
    }

    interface OfDefaultMethodWiper {

        @RequiresScopes("delete:report")
        default void wipeAll() {}
    }

    @Service
    static class OfDefaultMethod implements OfDefaultMethodWiper {}

    @Service
    static class OfSuperclass extends WithoutOrganization {}

    // Methods that no proxy intercepts

    @Service
    static class Private {

        @MayWrite
        private void wipe() {}
    }

    @Service
    static class Final {

        @MayWrite
        public final void wipe() {}
    }

    @Service
    static class Static {

        @MayWrite
        static void wipe() {}
    }

    @Service
    @MayWrite
    static class FinalOfClass {

        public final void wipe() {}
    }

    @Service
    @MayWrite
    static class StaticOfClass {

        public static void wipe() {}
    }

    @Service
    static final class FinalClass {

        @MayWrite
        public void wipe() {}
    }

    @Service
    static class WithoutConstructor {

        private WithoutConstructor() {}

        @MayWrite
        public void wipe() {}
    }

    // Expressions

    @Service
    static class UnknownArgument {

        @RequiresScopes(value = "a", organization = "#org")
        void wipe(String organizationId) {}
    }

    @Service
    static class UnnamedArgument {

        @RequiresScopes(value = "a", organization = "organizationId")
        void wipe(String organizationId) {}
    }

    @Service
    static class InvalidExpression {

        @RequiresScopes(value = "a", organization = "#")
        void wipe(String organizationId) {}
    }

    @Service
    static class TypeInExpression {

        @RequiresScopes(value = "a", organization = "T(java.lang.System).getenv(#organizationId)")
        void wipe(String organizationId) {}
    }

    @Service
    static class BeanInExpression {

        @RequiresScopes(value = "a", organization = "@organizations.current()")
        void wipe(String organizationId) {}
    }

    @Service
    static class ExpressionAndToken {

        @RequiresScopes(value = "a", organization = "#organizationId", organizationFrom = OrganizationSource.TOKEN)
        void wipe(String organizationId) {}
    }

    @RestController
    static class ExpressionOnHandler {

        @RequiresScopes(value = "a", organization = "#id")
        @GetMapping("/organizations/{organizationId}/reports/{id}")
        void list(String id) {}
    }

    // Contradictions

    @Service
    @PublicEndpoint
    static class OpenService {

        void wipe() {}
    }

    @Service
    static class OpenServiceMethod {

        @PublicEndpoint
        void wipe() {}
    }

    @Service
    static class TwoMeanings {

        @MayDelete
        @MayWrite
        void wipe() {}
    }

    @Retention(RetentionPolicy.RUNTIME)
    @Repeatable(NeedsAll.class)
    @RequiresScopes(
            value = {},
            organizationFrom = OrganizationSource.TOKEN)
    @interface Needs {

        @AliasFor(annotation = RequiresScopes.class, attribute = "value")
        String[] value();
    }

    @Retention(RetentionPolicy.RUNTIME)
    @interface NeedsAll {

        Needs[] value();
    }

    @Service
    static class Repeated {

        @Needs("delete:report")
        @Needs("write:report")
        void wipe() {}
    }

    @Service
    @Needs("delete:report")
    @Needs("write:report")
    static class RepeatedOfClass {

        void wipe() {}
    }

    // Methods that the container calls

    @Configuration(proxyBeanMethods = false)
    static class BeanMethod {

        @Bean
        @MayWrite
        RouterFunction<ServerResponse> routes() {
            return RouterFunctions.route()
                    .GET("/routed", request -> ServerResponse.ok().build())
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @MayWrite
    static class BeanMethodsOfClass {

        @Bean
        Supplier<String> wiper() {
            return () -> "wiped";
        }
    }

    @Service
    static class ScheduledMethod {

        @Scheduled(fixedDelay = 1000)
        @MayWrite
        void wipe() {}
    }

    @Retention(RetentionPolicy.RUNTIME)
    @interface QueueListener {}

    @Service
    static class Listening {

        @QueueListener
        @MayWrite
        void receive(String message) {}
    }

    @Service
    @MayWrite
    static class ServletOfClass extends HttpServlet {

        private static final long serialVersionUID = 1;
    }

    @Service
    @MayWrite
    static class FilterOfClass implements OrderedFilter {

        @Override
        public int getOrder() {
            return 0;
        }

        @Override
        public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain) {}
    }

    // Methods that only a superclass calls

    @Component("/template")
    static class Template extends AbstractController {

        @Override
        @MayWrite
        protected ModelAndView handleRequestInternal(HttpServletRequest request, HttpServletResponse response) {
            return new ModelAndView();
        }
    }

    @Component("/template")
    static class PublicTemplate extends AbstractController {

        @Override
        @MayWrite
        public ModelAndView handleRequestInternal(HttpServletRequest request, HttpServletResponse response) {
            return new ModelAndView();
        }
    }

    @Component
    static class GenericTemplate extends AbstractFactoryBean<Optional<String>> {

        @Override
        public Class<?> getObjectType() {
            return Optional.class;
        }

        @Override
        @MayWrite
        protected Optional<String> createInstance() {
            return Optional.empty();
        }
    }

    @RestController
    static class WebAndGraphQl {

        @RequiresScopes("read:report")
        @GetMapping("/organizations/{organizationId}/both")
        @QueryMapping
        void list() {}
    }

    @RestController
    @RequiresScopes("read:report")
    static class WebAndMessages {

        @GetMapping("/organizations/{organizationId}/both")
        @MessageMapping("/both")
        void list() {}
    }

    @Service
    static class NoController {

        @RequiresScopes("read:report")
        @GetMapping("/organizations/{organizationId}/unmapped")
        void list() {}
    }

    // Ways to create beans

    @Service
    @Lazy
    static class LazyOne {

        @MayDelete
        void wipe() {}
    }

    @Service
    @Scope("prototype")
    static class PrototypeOne {

        @MayDelete
        void wipe() {}
    }

    @Service
    @RequestScope
    static class RequestScopedOne {

        @MayDelete
        void wipe() {}
    }

    @Service
    @Scope(value = "session", proxyMode = ScopedProxyMode.TARGET_CLASS)
    static class SessionScopedOne {

        @MayDelete
        void wipe() {}
    }

    @Configuration(proxyBeanMethods = false)
    static class ProductOfMethod {

        @Bean
        @Lazy
        Product product() {
            return new Product();
        }

        static class Product {

            @MayDelete
            void wipe() {}
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ProductOfFactory {

        @Bean
        Factory product() {
            return new Factory();
        }

        static class Factory implements FactoryBean<Product> {

            @Override
            public Product getObject() {
                return new Product();
            }

            @Override
            public Class<?> getObjectType() {
                return Product.class;
            }
        }

        static class Product {

            @MayDelete
            void wipe() {}
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class HiddenByInterface {

        @Bean
        Wiper wiper() {
            return new Impl();
        }

        static class Impl implements Wiper {

            @Override
            @MayDelete
            public void wipe() {}
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class LazyHiddenByInterface {

        @Bean
        @Lazy
        Runnable wiper() {
            return new Impl();
        }

        static class Impl implements Runnable {

            @Override
            @MayDelete
            public void run() {}
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class NeededTooEarly {

        @Bean
        static Guarded neededTooEarly() {
            return new Guarded();
        }

        @Bean
        static Early early(Guarded guarded) {
            return new Early(guarded);
        }

        record Early(Guarded guarded) implements BeanPostProcessor, PriorityOrdered {

            @Override
            public int getOrder() {
                return 0;
            }
        }
    }

    /** Its routes are not a bean. */
    @Configuration(proxyBeanMethods = false)
    static class MappedRoutesOfThis {

        @Bean
        RouterFunctionMapping routes() {
            return new RouterFunctionMapping(
                    RouterFunctions.route().GET("/routed", this::list).build());
        }

        @MayWrite
        ServerResponse list(ServerRequest request) {
            return ServerResponse.ok().build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class HandlerOfThis {

        @Bean("/legacy")
        HttpRequestHandler legacy() {
            return this::wipe;
        }

        @MayWrite
        void wipe(HttpServletRequest request, HttpServletResponse response) {}
    }

    @Configuration(proxyBeanMethods = false)
    static class MappedHandlerOfThis {

        @Bean
        SimpleUrlHandlerMapping legacy() {
            Controller handler = this::wipe;
            return new SimpleUrlHandlerMapping(Map.of("/legacy", handler));
        }

        @MayWrite
        @Nullable
        ModelAndView wipe(HttpServletRequest request, HttpServletResponse response) {
            return null;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class RoutesOfThis {

        @Bean
        RouterFunction<ServerResponse> routes() {
            return RouterFunctions.route().GET("/routed", this::list).build();
        }

        @MayWrite
        ServerResponse list(ServerRequest request) {
            return ServerResponse.ok().build();
        }
    }

    // Annotations that can be enforced

    @Service
    static class Guarded implements Wiper {

        @Override
        @MayWrite
        public void wipe() {}
    }

    @Service
    @Scope("prototype")
    static class GuardedPrototype extends Guarded {}

    @Service
    @Lazy
    static class GuardedLazy extends Guarded {}

    /** Its class has mapped methods, to which its annotation applies. */
    @Service
    @MayWrite
    static class GuardedEntity implements Wiper {

        @QueryMapping
        public void list() {}

        @Override
        @EntityMapping("Report")
        public void wipe() {}
    }

    @Service
    @MayWrite
    static class GuardedOfClass implements Wiper, org.springframework.beans.factory.InitializingBean {

        @Override
        public void afterPropertiesSet() {}

        @Override
        public void wipe() {}

        @Override
        public String toString() {
            return "guarded by its class";
        }
    }

    interface MayWriteWiper extends Wiper {

        @Override
        @RequiresScopes(value = "write:report", organizationFrom = OrganizationSource.TOKEN)
        void wipe();
    }

    @Service
    static class GuardedByInterface implements MayWriteWiper {

        @Override
        public void wipe() {}
    }

    @Configuration(proxyBeanMethods = false)
    static class GuardedProduct {

        @Bean
        FactoryBean<Guarded> product() {
            return new FactoryBean<>() {
                @Override
                public Guarded getObject() {
                    return new Guarded();
                }

                @Override
                public Class<?> getObjectType() {
                    return Guarded.class;
                }
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class GuardedLambda {

        @Bean
        MayWriteWiper wiper() {
            return () -> {};
        }
    }

    @Configuration
    static class GuardedConfiguration implements Wiper {

        @Bean
        Optional<String> something() {
            return Optional.of("something");
        }

        @Override
        @MayWrite
        public void wipe() {}
    }

    @Service
    static class GuardedListener implements Wiper {

        @EventListener
        @MayWrite
        void on(Wiper event) {}

        @Override
        @MayWrite
        public void wipe() {}
    }

    @Service
    static final class GuardedFinalWithInterface implements Wiper {

        @Override
        @MayWrite
        public void wipe() {}
    }

    @Service
    static class Circular extends Guarded {

        @Autowired
        CircularToo too;
    }

    @Service
    static class CircularToo {

        @Autowired
        Circular wiper;
    }

    @RestController
    static final class FinalController {

        @RequiresScopes("read:report")
        @GetMapping("/organizations/{organizationId}/final")
        String list() {
            return "ok";
        }
    }
}
